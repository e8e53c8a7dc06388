// What the page says. A refusal of the home is a short fixed message (its clients depend on it); the second sentence here
// says what would be right.

export const labels = {
  username: "Username", password: "Password", code: "Two-factor authentication code",
  user: "Who are you?", multi_factor_auth_module: "Which second factor?",
};

export const stepErrors = {
  invalid_auth: "Invalid username or password",
  invalid_code: "Invalid authentication code",
};

export const aborts = {
  login_expired: "Session expired, please log in again.",
  not_allowed: "Your computer is not allowed.",
  no_available_user: "There is no user that your computer may log in as.",
  too_many_retry: "Too many wrong codes, please log in again.",
};

// Keyed by the home's message, or its beginning.
export const hints = {
  "Invalid client id": "A client_id is the http or https address of the app's website, with a host, without a fragment, a user name or dots as path segments. An address of the public internet needs a name.",
  "Invalid redirect URI": "A redirect_uri belongs to a client_id when it has the same scheme, host and port, or when the page at client_id names it: <link rel=\"redirect_uri\" href=\"…\"> in its first 10 kB, or redirect_uris in a client metadata document. This is checked only now, after the password.",
  "Response type not supported": "The only response_type is code.",
  "Transform algorithm not supported": "The only code_challenge_method is S256, and a code_challenge must name it.",
  "code_challenge required": "Send code_challenge together with code_challenge_method, or neither.",
  "Message format incorrect": "A code_challenge is 43 characters of base64url, without padding.",
  "Invalid flow specified": "The login was finished, cancelled or has expired. Start over.",
  "IP address changed": "A login must be finished from the address where it was started.",
  "Flow request already in progress": "The same step was sent twice at once.",
};

export const hint = (message) => hints[Object.keys(hints).find((begin) => message.startsWith(begin))] ?? "";

export const apps = {
  "https://home-assistant.io/iOS": "The Home Assistant Companion app for iOS",
  "https://home-assistant.io/android": "The Home Assistant Companion app for Android",
};

export function describe(step) {
  if (step.step_id === "mfa") return `Open the ${step.description_placeholders?.mfa_module_name ?? "authenticator"} on your device to view your two-factor authentication code.`;
  if (step.step_id === "select_mfa_module") return "Please select a second factor to log in with.";
  if (step.handler?.[0] === "trusted_networks") return "Please select a user you want to log in as.";
  return "";
}

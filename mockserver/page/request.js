// The authorization request in this page's address, or the reason why it is refused. The real page is more lenient: of a
// repeated parameter it takes the last, and a fragment in redirect_uri swallows the code (lab-newest.md §11). Here the
// specification is kept, and an app that would fail elsewhere learns it now. A refusal never redirects: the address to
// redirect to is the very thing that is not to be trusted (RFC 6749 §4.1.2.1).

const rfc6749 = (section) => ({ name: `RFC 6749 §${section}`, url: `https://www.rfc-editor.org/rfc/rfc6749#section-${section}` });
const authAPI = { name: "Home Assistant, Authentication API: Authorize", url: "https://developers.home-assistant.io/docs/auth_api/#authorize" };

// Schemes that a browser would run, or read from disk, in the name of this page.
const dangerous = new Set(["javascript:", "data:", "vbscript:", "file:", "about:", "blob:", "filesystem:", "view-source:"]);

const once = ["client_id", "redirect_uri", "state", "response_type", "scope", "code_challenge", "code_challenge_method"];

/**
 * @param {string} search the page's query, with its "?"
 * @param {Location} here the page's address
 * @returns {{request: object} | {refusal: {what: string, sent: string, right: string, rule: {name: string, url: string}}}}
 */
export function readRequest(search, here) {
  const query = new URLSearchParams(search);
  const refuse = (what, sent, right, rule) => ({ refusal: { what, sent, right, rule } });

  for (const name of once) {
    const all = query.getAll(name);
    if (all.length > 1)
      return refuse(`The parameter ${name} is given ${all.length} times.`, all.map((value) => `${name}=${value}`).join("\n"),
        `Give ${name} once. With several values it is not clear which one is meant, and two programs may choose differently.`, rfc6749("3.1"));
  }

  const clientId = query.get("client_id");
  if (!clientId)
    return refuse("The parameter client_id is missing.", search || "(no query)",
      `Give the address of your app's website, for example client_id=${encodeURIComponent("https://app.example/")}.`, rfc6749("4.1.1"));

  const redirectUri = query.get("redirect_uri");
  const wrong = redirectUri ? wrongRedirect(redirectUri) : {
    what: "The parameter redirect_uri is missing.", sent: search,
    right: "Give the URL that the browser is redirected to with the code, for example redirect_uri=" + encodeURIComponent("https://app.example/callback") + ".", rule: authAPI,
  };
  if (wrong) return { refusal: wrong };

  const redirect = new URL(redirectUri);
  const own = clientId === `${here.origin}/`;
  return {
    request: {
      clientId, redirectUri, own,
      foreign: !own || redirect.host !== here.host,
      state: query.has("state") ? query.get("state") : null,
      // Sent to the home with the first request of the flow, and only if present: it knows no other keys.
      extra: Object.fromEntries(["code_challenge", "code_challenge_method", "response_type"]
        .filter((name) => query.has(name)).map((name) => [name, query.get(name)])),
    },
  };
}

function wrongRedirect(uri) {
  const say = (what, right, rule) => ({ what, sent: `redirect_uri=${uri}`, right, rule });
  if (/[\u0000-\u0020\u007f\\]/.test(uri))
    return say("The redirect_uri holds a space, a backslash or a control character.",
      "Percent-encode such characters (a space is %20). Browsers drop or change them, and may then open another URL than the one that was checked.", rfc6749("3.1.2"));
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(uri)?.[0].toLowerCase();
  if (!scheme)
    return say("The redirect_uri is not absolute.", "Begin it with a scheme, such as https://app.example/callback or myapp://callback.", rfc6749("3.1.2"));
  if (dangerous.has(scheme))
    return say(`The redirect_uri begins with ${scheme}, which a browser would run or open with the home's own rights.`,
      "Use https: or http:, or your app's own scheme, such as myapp://callback. Home Assistant has refused these since 2023.9.", rfc6749("10.14"));
  if (uri.includes("#"))
    return say("The redirect_uri has a fragment (#).", "Leave out the # and what follows. The code is put into the query, which comes before it.", rfc6749("3.1.2"));
  if (!URL.canParse(uri) || (/^https?:$/.test(scheme) && !/^https?:\/\/[^/?]/i.test(uri)))
    return say("The redirect_uri is not a valid URL.", "Write it in full, such as https://app.example/callback.", rfc6749("3.1.2"));
  return null;
}

/**
 * The address that the browser goes to with a code: code, then state when the request had one (an empty one too, as the
 * newest Home Assistant does), then storeToken for the home's own app. They go before a fragment, if there ever is one.
 */
export function redirectWith(request, code, keep) {
  const [base, ...fragment] = request.redirectUri.split("#");
  const added = [`code=${encodeURIComponent(code)}`];
  if (request.state !== null) added.push(`state=${encodeURIComponent(request.state)}`);
  if (keep && request.own) added.push("storeToken=true");
  const joint = !base.includes("?") ? "?" : /[?&]$/.test(base) ? "" : "&";
  return base + joint + added.join("&") + (fragment.length ? `#${fragment.join("#")}` : "");
}

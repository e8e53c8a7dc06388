(deep, passwordField, codeField) => {
  // One look at the page, in words that hold for all its generations. See state.go for the fields.
  const shown = (css) => deep.all(css).filter((el) => deep.shown(el));
  const seen = { busy: true, kind: "", step: "", text: "", choices: [], hints: [], others: [] };
  const tidy = (words) => words.replace(/\s+/g, " ").trim();

  const alerts = shown('[alert-type="error"]');
  const submits = shown(".action > ha-button, .action > mwc-button, .action > button")
    .filter((el) => !deep.closest(el.parentElement, "ha-alert"));
  const people = shown(".persons .person p");
  const select = shown('ha-form-select, select[name], fieldset[name]')[0];
  const picked = select?.schema?.name ?? select?.getAttribute("name") ?? "";

  // A choice without words is still being drawn.
  seen.choices = (people.length ? people : shown("ha-radio-option, ha-formfield, mwc-formfield, [role=radio], label.choice"))
    .filter((el) => people.length || (select && deep.closest(el, "form"))).filter((el) => !el.matches(".store-token")).map(deep.text);
  if (select?.matches("select")) seen.choices = [...select.options].map((option) => tidy(option.textContent));
  seen.others = shown("ha-list-item, mwc-list-item, paper-item, .providers button")
    .filter((el) => deep.closest(el, "ha-pick-auth-provider, .providers")).map(deep.text);
  seen.hints = shown('.hint.error, [slot=hint].error, .hint[role=alert], .mdc-text-field-helper-text--validation-msg, [slot="hint"][role="alert"]').map(deep.text).filter(Boolean);

  seen.step = shown(passwordField).length ? "form" : shown(codeField).length ? "mfa" : people.length ? "person"
    : picked === "multi_factor_auth_module" ? "module" : select ? "user" : "";

  if (submits.some((el) => el.loading || el.disabled || el.hasAttribute("loading") || el.getAttribute("aria-busy") === "true")) return seen;

  for (const alert of alerts) {
    const inside = deep.closest(alert, ".root") || (deep.closest(alert, "ha-local-auth-flow") && !deep.closest(alert, "ha-auth-flow"));
    const flow = deep.closest(alert, "form");
    seen.kind = inside && seen.step ? "step-error" : flow ? "flow-error" : "fatal";
    seen.text = deep.text(alert);
    seen.busy = false;
    return seen;
  }
  if (seen.step) {
    seen.busy = seen.step === "person" ? false : submits.length === 0 || (seen.step === "user" || seen.step === "module") && !seen.choices.some(Boolean);
    seen.kind = seen.step;
    return seen;
  }
  // No field and a button: the flow was aborted, or its error got lost on the way to the page (clients.md §1.5). A form
  // whose fields are not drawn yet is none of that.
  if (submits.length > 0) {
    if (deep.all("ha-form, ha-auth-form").some((el) => deep.closest(el, "ha-auth-flow"))) return seen;
    const form = deep.closest(submits[0], "form");
    const button = deep.text(submits[0]);
    seen.text = form ? tidy(deep.text(form).replace(button, "")) : "";
    seen.kind = "flow-error";
    seen.busy = !form;
  }
  return seen;
}

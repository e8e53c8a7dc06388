// The calls to the home. Bodies are JSON sent as text/plain, as the real page sends them: no preflight, no extra header.

export class CallError extends Error {
  constructor(message, { status = 0, code = "" } = {}) {
    super(message);
    Object.assign(this, { status, code });
  }
}

const patience = 30_000; // ms

async function call(method, path, body) {
  let response;
  try {
    response = await fetch(path, {
      method, credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(patience),
      body: body && JSON.stringify(body),
    });
  } catch (err) {
    throw new CallError(err.name === "TimeoutError" ? `The home did not answer within ${patience / 1000} seconds.` : "The home cannot be reached.");
  }
  const data = await response.json().catch(() => {
    throw new CallError(`The home answered with something that is not JSON (status ${response.status}).`, { status: response.status });
  });
  if (!response.ok) throw new CallError(data?.message || `The home answered with status ${response.status}.`, { status: response.status, code: data?.code });
  return data;
}

/** @returns {Promise<{list: {name: string, id: ?string, type: string}[], preselect: boolean}>} */
export async function providers() {
  const data = await call("GET", "/auth/providers");
  return Array.isArray(data) ? { list: data, preselect: false } : { list: data.providers ?? [], preselect: !!data.preselect_remember_me };
}

export const begin = (request, provider) => call("POST", "/auth/login_flow", {
  client_id: request.clientId, handler: [provider.type, provider.id ?? null], redirect_uri: request.redirectUri, ...request.extra,
});

export const answer = (request, flowId, fields) =>
  call("POST", `/auth/login_flow/${encodeURIComponent(flowId)}`, { ...fields, client_id: request.clientId });

/** Gives a flow back. Nobody waits for it, and it may be gone. */
export function drop(flowId) {
  call("DELETE", `/auth/login_flow/${encodeURIComponent(flowId)}`).catch(() => {});
}

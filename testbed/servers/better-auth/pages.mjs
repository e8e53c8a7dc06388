// A login page and a consent page, which Better Auth leaves to its users: plain forms, whose values go to its endpoints.
const csp = "default-src 'none'; frame-ancestors 'none'";

const page = body => new Response(`<!doctype html><title>Better Auth</title>${body}`, {
  headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': csp, 'Cache-Control': 'no-store' },
});

const login = failed => page(`${failed ? '<p>Wrong name or password.</p>' : ''}<form method="post"><input name="username">
<input name="password" type="password"><button>Log in</button></form>`);

const consent = () => page(`<p>An app asks for access.</p><form method="post">
<button name="accept" value="yes">Allow</button><button name="accept" value="no">Deny</button></form>`);

// post asks an endpoint of Better Auth as the browser would that is at the page.
function post(auth, request, path, body) {
  const headers = new Headers({ 'Content-Type': 'application/json' });
  for (const name of ['cookie', 'origin', 'sec-fetch-site']) {
    if (request.headers.has(name)) headers.set(name, request.headers.get(name));
  }
  const url = new URL(request.url);
  return auth.handler(new Request(new URL(path, url), {
    method: 'POST', headers, body: JSON.stringify({ ...body, oauth_query: url.search.slice(1) }),
  }));
}

// onward sends the browser where an endpoint says; null: nowhere.
async function onward(answer) {
  const { url, redirect_uri } = await answer.clone().json().catch(() => ({}));
  if (!answer.ok || !(url ?? redirect_uri)) return null;
  const headers = new Headers({ Location: url ?? redirect_uri });
  for (const cookie of answer.headers.getSetCookie()) headers.append('Set-Cookie', cookie);
  return new Response(null, { status: 303, headers });
}

// pages answers what is asked of a page; null: it is no page's.
export async function pages(auth, request) {
  const { pathname } = new URL(request.url);
  if (!['/login', '/consent'].includes(pathname)) return null;
  if (request.method !== 'POST') return pathname === '/login' ? login(false) : consent();
  const form = await request.formData();
  if (pathname === '/login') {
    const who = { username: form.get('username'), password: form.get('password') };
    return await onward(await post(auth, request, '/api/auth/sign-in/username', who)) ?? login(true);
  }
  const answer = await post(auth, request, '/api/auth/oauth2/consent', { accept: form.get('accept') === 'yes' });
  return await onward(answer) ?? answer;
}

// The page that the library leaves to its users: login and consent in one, as its documents draw it.
import { AuthorizationError, authorizationErrorRedirect } from './node_modules/@cloudflare/workers-oauth-provider/dist/oauth-provider.js';

const escape = value => value.replace(/[&<>"']/g, char => `&#${char.charCodeAt(0)};`);

const page = (details, failed) => new Response(`<!doctype html><title>Authorize</title>
<h1>Allow ${escape(details.clientName)} to access your account?</h1>
<p>Access will be sent to ${escape(details.redirectHost)}: ${escape(details.scope.join(', '))}.</p>
${failed ? '<p>Wrong name or password.</p>' : ''}<form method="post"><input name="username"><input name="password" type="password">
<button name="decision" value="approve">Allow</button><button name="decision" value="deny">Deny</button></form>`, {
  headers: {
    'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    'Cache-Control': 'no-store',
  },
});

const sent = to => new Response(null, { status: 302, headers: { Location: to, 'Cache-Control': 'no-store' } });

async function answer(request, env) {
  const asked = await env.OAUTH_PROVIDER.parseAuthRequest(new Request(request.url));
  const details = await env.OAUTH_PROVIDER.describeConsent(asked);
  if (request.method !== 'POST') return page({ ...details, clientName: details.clientName || asked.clientId }, false);
  const form = await request.formData();
  if (form.get('decision') !== 'approve') return sent(authorizationErrorRedirect(asked, 'access_denied'));
  if (form.get('username') !== env.USERNAME || form.get('password') !== env.PASSWORD) return page(details, true);
  const scope = asked.scope.filter(word => env.SCOPE.split(' ').includes(word));
  const { redirectTo } = await env.OAUTH_PROVIDER.completeAuthorization({
    request: asked, userId: env.USERNAME, metadata: {}, scope, props: { user: env.USERNAME },
    revokeExistingGrants: false, // rows run side by side
  });
  return sent(redirectTo);
}

export async function authorize(request, env) {
  try {
    return await answer(request, env);
  } catch (error) {
    if (!(error instanceof AuthorizationError)) throw error;
    if (error.redirectTo) return sent(error.redirectTo);
    return new Response(error.description, { status: 400, headers: { 'Content-Type': 'text/plain; charset=utf-8' } });
  }
}

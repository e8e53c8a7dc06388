// Runs the worker in workerd, with a key-value store in memory, which gets our clients as its createClient writes them.
import { createHash } from 'node:crypto';
import { Miniflare } from 'miniflare';

const { PORT, AUTHCONFORM_USER, AUTHCONFORM_PASSWORD, AUTHCONFORM_SCOPE, ...env } = process.env;
const library = 'node_modules/@cloudflare/workers-oauth-provider/dist/oauth-provider.js';
const mf = new Miniflare({
  host: '127.0.0.1', port: Number(PORT), compatibilityDate: '2026-04-01', compatibilityFlags: ['nodejs_compat'],
  modules: [
    { type: 'ESModule', path: 'worker.mjs' },
    { type: 'ESModule', path: 'pages.mjs' },
    { type: 'ESModule', path: library },
  ],
  kvNamespaces: ['OAUTH_KV'],
  bindings: { ORIGIN: `http://127.0.0.1:${PORT}`, SCOPE: AUTHCONFORM_SCOPE, USERNAME: AUTHCONFORM_USER, PASSWORD: AUTHCONFORM_PASSWORD },
});
await mf.ready;
const store = await mf.getKVNamespace('OAUTH_KV');
for (const kind of ['', 'OTHER_', 'PUBLIC_']) {
  const clientId = env[`AUTHCONFORM_${kind}CLIENT_ID`], secret = env[`AUTHCONFORM_${kind}CLIENT_SECRET`];
  await store.put(`client:${clientId}`, JSON.stringify({
    clientId, redirectUris: [env.AUTHCONFORM_REDIRECT_URI], grantTypes: ['authorization_code', 'refresh_token'], responseTypes: ['code'],
    registrationDate: Math.floor(Date.now() / 1000), tokenEndpointAuthMethod: secret ? 'client_secret_basic' : 'none',
    ...secret && { clientSecret: createHash('sha256').update(secret).digest('hex') },
  }));
}
await store.put('ready', 'yes');

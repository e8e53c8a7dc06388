// oidc-provider, as its documents set it up for development, with clients of ours.
import Provider from 'oidc-provider';
const port = Number(process.env.PORT), issuer = `http://127.0.0.1:${port}`;
const redirect = 'http://127.0.0.1:8123/auth/external/callback';
const base = { redirect_uris: [redirect], grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] };
const provider = new Provider(issuer, {
  clients: [
    { ...base, client_id: 'home', client_secret: process.env.AUTHCONFORM_CLIENT_SECRET, token_endpoint_auth_method: 'client_secret_post' },
    { ...base, client_id: 'other', client_secret: process.env.AUTHCONFORM_OTHER_CLIENT_SECRET, token_endpoint_auth_method: 'client_secret_post' },
    { ...base, client_id: 'phone', token_endpoint_auth_method: 'none', application_type: 'native' },
  ],
  features: { devInteractions: { enabled: true }, revocation: { enabled: true } },
  issueRefreshToken: async () => true,
  pkce: { required: (ctx, client) => client.tokenEndpointAuthMethod === 'none' },
  findAccount: async (ctx, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
  cookies: { keys: ['a-key-of-this-run'] },
});
provider.listen(port, '127.0.0.1', () => console.log('ready'));

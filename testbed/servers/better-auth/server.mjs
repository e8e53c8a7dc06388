// Better Auth, with what its documents say of the OAuth provider, and on another port with its MCP plug-in.
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { toNodeHandler } from 'better-auth/node';
import { jwt, username } from 'better-auth/plugins';
import { mcp, requireMcpAuth } from '@better-auth/mcp';
import { oauthProvider } from '@better-auth/oauth-provider';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { pages } from './pages.mjs';

const env = process.env;
const scopes = ['openid', 'profile', 'email', 'offline_access'];

// Clients get the names and secrets of this run. Those that register themselves get random ones.
const named = { ids: [], secrets: [] };
const random = () => randomBytes(24).toString('base64url');
const common = {
  loginPage: '/login', consentPage: '/consent', scopes, silenceWarnings: { oauthAuthServerConfig: true, openidConfig: true },
  generateClientId: () => named.ids.shift() ?? random(), generateClientSecret: () => named.secrets.shift() ?? random(),
};

// Hundreds of logins: the default takes a fifth of a second.
const hash = async password => createHash('sha256').update(password).digest('hex');
const password = { hash, verify: async given => await hash(given.password) === given.hash };

const tables = ['user', 'session', 'account', 'verification', 'jwks', 'rateLimit'];

function make(port, plugin) {
  const database = Object.fromEntries(tables.map(table => [table, []]));
  for (const table of Object.keys(plugin.schema ?? {})) database[table] ??= [];
  return betterAuth({
    baseURL: `http://127.0.0.1:${port}`, secret: random(), database: memoryAdapter(database), logger: { level: 'error' },
    emailAndPassword: { enabled: true, password }, plugins: [jwt(), username(), plugin],
  });
}

async function populate(auth) {
  const who = { username: env.AUTHCONFORM_USER, password: env.AUTHCONFORM_PASSWORD };
  const signed = await auth.api.signUpEmail({ body: { ...who, name: 'Ben', email: 'ben@example.org' }, asResponse: true });
  const headers = new Headers({ cookie: signed.headers.getSetCookie().map(cookie => cookie.split(';')[0]).join('; ') });
  for (const kind of ['', 'OTHER_', 'PUBLIC_']) {
    const secret = env[`AUTHCONFORM_${kind}CLIENT_SECRET`];
    named.ids = [env[`AUTHCONFORM_${kind}CLIENT_ID`]];
    named.secrets = secret ? [secret] : [];
    await auth.api.adminCreateOAuthClient({ headers, body: {
      redirect_uris: [env.AUTHCONFORM_REDIRECT_URI], grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: secret ? 'client_secret_basic' : 'none', application_type: 'native',
    } });
  }
}

function serve(port, auth, more = () => null) {
  const own = toNodeHandler(auth);
  createServer(async (request, response) => {
    const url = `http://127.0.0.1:${port}${request.url}`;
    const { pathname } = new URL(url);
    if (!['/login', '/consent', '/mcp'].includes(pathname)) return own(request, response);
    const body = ['GET', 'HEAD'].includes(request.method) ? undefined : Readable.toWeb(request);
    const asked = new Request(url, { method: request.method, headers: request.headers, body, duplex: 'half' });
    const answer = await pages(auth, asked) ?? await more(asked);
    response.writeHead(answer.status, [...answer.headers].flat());
    response.end(Buffer.from(await answer.arrayBuffer()));
  }).listen(port, '127.0.0.1');
}

const plain = make(env.PORT, oauthProvider(common));
await populate(plain);
serve(env.PORT, plain);

const resource = `http://127.0.0.1:${env.MCP_PORT}/mcp`;
const forMCP = make(env.MCP_PORT, mcp({
  ...common, resource, allowDynamicClientRegistration: true, allowUnauthenticatedClientRegistration: true,
}));
await populate(forMCP);
const handler = createMcpHandler(() => {
  const server = new McpServer({ name: 'authconform', version: '1' });
  server.registerTool('greet', { description: 'Says hello.' }, () => ({ content: [{ type: 'text', text: 'Hello' }] }));
  return server;
}, { legacy: 'reject' });
serve(env.MCP_PORT, forMCP, requireMcpAuth(forMCP, request => handler.fetch(request), { resource }));

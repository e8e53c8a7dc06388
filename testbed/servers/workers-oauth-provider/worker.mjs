// One worker that is authorization server and resource, as the library's documents set it up.
import { env } from 'cloudflare:workers';
import { OAuthProvider } from './node_modules/@cloudflare/workers-oauth-provider/dist/oauth-provider.js';
import { authorize } from './pages.mjs';

// The endpoint speaks as much of MCP as it takes to show that a request came through; a GET is for clients that speak none.
const results = {
  initialize: { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 'authconform', version: '1' } },
  'tools/list': { tools: [{ name: 'greet', description: 'Says hello.', inputSchema: { type: 'object' } }] },
};
const endpoint = {
  async fetch(request) {
    if (request.method === 'GET') return Response.json({});
    const message = await request.json().catch(() => ({}));
    if (message.id === undefined) return new Response(null, { status: 202 });
    const result = results[message.method];
    const outcome = result ? { result } : { error: { code: -32601, message: 'Method not found' } };
    return Response.json({ jsonrpc: '2.0', id: message.id, ...outcome });
  },
};

const provider = new OAuthProvider({
  apiRoute: '/mcp',
  apiHandler: endpoint,
  defaultHandler: {
    async fetch(request, bindings) {
      const { pathname } = new URL(request.url);
      if (pathname === '/authorize') return authorize(request, bindings);
      const ready = pathname === '/ready' && await bindings.OAUTH_KV.get('ready'); // all clients are there
      return new Response(null, { status: ready ? 204 : 404 });
    },
  },
  authorizeEndpoint: '/authorize',
  tokenEndpoint: '/oauth/token',
  clientRegistrationEndpoint: '/oauth/register',
  scopesSupported: env.SCOPE.split(' '),
  requiredScopes: ['tools'],
  resourceMetadata: { resource: `${env.ORIGIN}/mcp`, authorization_servers: [env.ORIGIN] },
});

// workerd resets a connection on which nobody has read the body of a request, which a refusal does not: it is read first.
export default {
  async fetch(request, bindings, ctx) {
    const body = request.body && await request.arrayBuffer();
    return provider.fetch(new Request(request, { body }), bindings, ctx);
  },
};

// The SDK's demo provider and its router, as its example server puts them together, in one app on loopback. The limits of
// requests are off: a run asks more often than 50 times in 15 minutes.
import { createMcpExpressApp } from '@modelcontextprotocol/sdk/server/express.js';
import { DemoInMemoryAuthProvider } from '@modelcontextprotocol/sdk/examples/server/demoInMemoryOAuthProvider.js';
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import { getOAuthProtectedResourceMetadataUrl, mcpAuthRouter } from '@modelcontextprotocol/sdk/server/auth/router.js';
import { InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { checkResourceAllowed } from '@modelcontextprotocol/sdk/shared/auth-utils.js';

const { PORT, AUTHCONFORM_SCOPE, AUTHCONFORM_REDIRECT_URI, AUTHCONFORM_OTHER_CLIENT_ID, AUTHCONFORM_OTHER_CLIENT_SECRET } = process.env;
const issuer = new URL(`http://127.0.0.1:${PORT}`);
const endpoint = new URL('/mcp', issuer);
const scopes = AUTHCONFORM_SCOPE.split(' ');

const ours = resource => !!resource && checkResourceAllowed({ requestedResource: resource, configuredResource: endpoint });
const provider = new DemoInMemoryAuthProvider(ours);
await provider.clientsStore.registerClient({
  client_id: AUTHCONFORM_OTHER_CLIENT_ID, client_secret: AUTHCONFORM_OTHER_CLIENT_SECRET, redirect_uris: [AUTHCONFORM_REDIRECT_URI],
});

const unlimited = { rateLimit: false };
const app = createMcpExpressApp();
app.use(mcpAuthRouter({
  provider, issuerUrl: issuer, resourceServerUrl: endpoint, scopesSupported: scopes,
  authorizationOptions: unlimited, tokenOptions: unlimited, clientRegistrationOptions: unlimited, revocationOptions: unlimited,
}));

// The example's own verifier asks the demo's introspection, whose answers for bad tokens it takes for bad tokens.
const verifier = {
  verifyAccessToken: token => provider.verifyAccessToken(token).catch(() => { throw new InvalidTokenError('Invalid or expired token'); }),
};
const bearer = requireBearerAuth({ verifier, requiredScopes: [], resourceMetadataUrl: getOAuthProtectedResourceMetadataUrl(endpoint) });
app.all('/mcp', bearer, async (request, response) => {
  const server = new McpServer({ name: 'authconform', version: '1' });
  server.registerTool('greet', { description: 'Says hello.' }, () => ({ content: [{ type: 'text', text: 'Hello' }] }));
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
  response.on('close', () => server.close());
  await server.connect(transport);
  await transport.handleRequest(request, response, request.body);
});
app.listen(Number(PORT), '127.0.0.1', () => console.log('ready'));

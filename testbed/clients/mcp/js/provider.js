// What an application gives the SDKs: who it is, where it keeps tokens, and the person who logs in. The person is a program.
import { execFileSync } from "node:child_process";

const { CLIENT_ID, CLIENT_DOCUMENT, REDIRECT, PERSON } = process.env;

export class Provider {
  redirectUrl = REDIRECT;
  clientMetadataUrl = CLIENT_DOCUMENT;
  clientMetadata = { client_name: "Test", redirect_uris: [REDIRECT], token_endpoint_auth_method: "none" };
  information = CLIENT_ID ? { client_id: CLIENT_ID } : undefined;
  state = () => "state-of-the-test";
  clientInformation = () => this.information;
  saveClientInformation = (v) => { this.information = v; };
  tokens = () => this.kept;
  saveTokens = (v) => { this.kept = v; };
  saveCodeVerifier = (v) => { this.verifier = v; };
  codeVerifier = () => this.verifier;
  discoveryState = () => this.discovery;
  saveDiscoveryState = (v) => { this.discovery = v; };
  redirectToAuthorization = (url) => {
    this.returned = JSON.parse(execFileSync("python3", [PERSON, String(url)], { encoding: "utf8" }));
  };
}

// login connects as the SDKs' documentation says: the first attempt ends with the redirect, the second has the token.
export async function login({ Client, StreamableHTTPClientTransport, UnauthorizedError }) {
  const provider = new Provider();
  const url = new URL(process.env.MCP_URL);
  const transport = () => new StreamableHTTPClientTransport(url, { authProvider: provider });
  const client = () => new Client({ name: "test", version: "1" });
  const first = transport();
  try {
    await client().connect(first);
  } catch (e) {
    if (!(e instanceof UnauthorizedError)) throw e;
    await first.finishAuth(provider.returned.code);
  }
  const again = client();
  await again.connect(transport());
  const { tools } = await again.listTools();
  if (!tools.some((t) => t.name.endsWith("HassTurnOn"))) throw new Error("no tools: " + JSON.stringify(tools));
  await again.close();
}

export function run(sdk) {
  login(sdk).then(() => process.exit(0), (e) => { console.error(String(e && e.message || e).slice(0, 300)); process.exit(1); });
}

import { Client, StreamableHTTPClientTransport, UnauthorizedError } from "@modelcontextprotocol/client";
import { run } from "./provider.js";

run({ Client, StreamableHTTPClientTransport, UnauthorizedError });

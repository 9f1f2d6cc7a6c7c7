// A real issuer: oidc-provider at the port and with the keys that it is told, one line of output when it answers.
import { readFileSync } from "node:fs";
import { Provider, errors } from "oidc-provider";

const [port, keysFile, graphiql] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const AUDIENCE = "urn:customer360";

const provider = new Provider(issuer, {
  jwks: JSON.parse(readFileSync(keysFile, "utf8")),
  clients: [
    client("machine", ["client_credentials"]),
    client("bound", ["client_credentials"], { dpop_bound_access_tokens: true }),
    client("web", ["authorization_code", "refresh_token"], {
      redirect_uris: ["https://app.example.com/signed-in"],
      response_types: ["code"],
    }),
    client("opaque", ["authorization_code"], {
      redirect_uris: ["https://app.example.com/signed-in"],
      response_types: ["code"],
    }),
    client("graphiql", ["authorization_code"], {
      redirect_uris: graphiql ? [`${graphiql}/graphiql/signed-in`] : ["https://app.example.com/signed-in"],
      response_types: ["code"],
      token_endpoint_auth_method: "none",
    }),
  ],
  clientBasedCORS: (_, origin) => origin === graphiql,
  scopes: ["openid", "offline_access", "api"],
  pkce: { required: () => true },
  ttl: { ClientCredentials: 600, AccessToken: 600 },
  extraTokenClaims: (_, token) => ({
    groups: ["crm-agents"],
    ...(token.kind === "AccessToken" ? { auth_time: Math.floor(Date.now() / 1000) } : {}),
  }),
  features: {
    clientCredentials: { enabled: true },
    revocation: { enabled: true },
    introspection: { enabled: true, allowedPolicy: () => true },
    dPoP: { enabled: true },
    devInteractions: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => undefined,
      useGrantedResource: () => true,
      getResourceServerInfo: (_, resource, client) => {
        if (resource !== AUDIENCE) throw new errors.InvalidTarget();
        return {
          scope: "api",
          audience: AUDIENCE,
          accessTokenFormat: client.clientId === "opaque" ? "opaque" : "jwt",
          accessTokenTTL: 600,
          jwt: { sign: { alg: "ES256" } },
        };
      },
    },
  },
});

function client(client_id, grant_types, more = {}) {
  return {
    client_id,
    client_secret: `secret of ${client_id}`.replaceAll(" ", "-"),
    grant_types,
    redirect_uris: [],
    response_types: [],
    id_token_signed_response_alg: "ES256",
    ...more,
  };
}

provider.listen(Number(port), "127.0.0.1", () => console.log("answers"));

// A server that signs whatever it is asked for: its tokens must be refused. One line of output when it answers.
import { OAuth2Server } from "oauth2-mock-server";

const server = new OAuth2Server();
await server.issuer.keys.generate("ES256");
await server.start(Number(process.argv[2]), "127.0.0.1");
server.issuer.url = `http://127.0.0.1:${process.argv[2]}`;
console.log("answers");

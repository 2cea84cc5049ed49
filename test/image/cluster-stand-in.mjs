// What a pod finds of its cluster, for the check of the image: an API server with a certificate of the pod's authority, which
// remembers what it is asked, and the account's folder. It knows one request: the patch of a pod.
import { once } from "node:events";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import { join } from "node:path";

const certificates = join(import.meta.dirname, "../support/kubernetes");
const token = "token-of-the-pod";
const pod = { name: "worker-7", namespace: "fleet" };
/** As everywhere; `/var/run` is a link to `/run` on Debian. */
const accountFolder = "/run/secrets/kubernetes.io/serviceaccount";

/** @param {import("./stage-folder.mjs").StageFolder} stage gets the account */
export async function openCluster(stage) {
  mkdirSync(stage.at(accountFolder), { recursive: true });
  copyFileSync(join(certificates, "ca.crt"), join(stage.at(accountFolder), "ca.crt"));
  writeFileSync(join(stage.at(accountFolder), "token"), token);
  /** @type {string[]} */
  const costs = [];
  const [key, cert] = ["server.key", "server.crt"].map((name) => readFileSync(join(certificates, name)));
  const server = createServer({ key, cert }, (request, response) => {
    let body = "";
    request.on("data", (part) => (body += part));
    request.on("end", () => {
      const isOwn = request.url === `/api/v1/namespaces/${pod.namespace}/pods/${pod.name}`;
      const isKnown = request.method === "PATCH" && request.headers.authorization === `Bearer ${token}`;
      if (isOwn && isKnown)
        costs.push(JSON.parse(body).metadata.annotations["controller.kubernetes.io/pod-deletion-cost"]);
      response.writeHead(isOwn && isKnown ? 200 : 403).end("{}");
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    costs,
    /** What the pod is told in its environment. */
    env: {
      ...{ POD_NAME: pod.name, POD_NAMESPACE: pod.namespace },
      ...{ KUBERNETES_SERVICE_HOST: "127.0.0.1", KUBERNETES_SERVICE_PORT: String(port) },
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

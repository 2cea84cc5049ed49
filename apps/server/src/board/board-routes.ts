/**
 * Bull Board under `/queues`: its page, its files, its routes. Looking is for viewers, changing for admins; what may be changed
 * is said in board-actions.ts.
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createBullBoard } from "@bull-board/api";
import type { AppControllerRoute, AppViewRoute, IServerAdapter, UIConfig } from "@bull-board/api/typings/app";
import staticFiles from "@fastify/static";
import type { FleetClient } from "@runfleet/client";
import { errorCodes, RunfleetError } from "@runfleet/model";
import { isNoLongerHeld } from "@runfleet/queue";
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { mayAct } from "../access/tokens.js";
import { explain } from "../problem.js";
import { treat } from "./board-actions.js";
import { createBoardPage } from "./board-page.js";
import type { Board } from "./open-board.js";

/** Where the board is. */
export const boardPath = "/queues";

const uiFolder = dirname(createRequire(import.meta.url).resolve("@bull-board/ui/package.json"));

const look: UIConfig = {
  boardTitle: "Runfleet queues",
  hideDocsLink: true,
  showMetrics: false,
  // It would list every connection of Redis, per pool and look; the page of the fleet knows the workers.
  showWorkers: false,
  miscLinks: [{ text: "Runs", url: "/" }],
  jobDetails: { defaultTab: "Progress" },
};

interface BoardParts {
  readonly board: Board;
  readonly fleet: FleetClient;
  readonly log: (line: string) => void;
}

export function boardRoutes({ board, fleet, log }: BoardParts): FastifyPluginAsyncZod {
  return async (app) => {
    const { entry, api, config } = collectRoutes();
    app.setErrorHandler((error: FastifyError, request, reply) => answerError(error, { request, reply, log }));
    servePage(app, entry, config);
    await serveFiles(app);
    for (const route of api) {
      for (const method of listed(route.method).map((name) => name.toUpperCase())) {
        for (const path of listed(route.route))
          serveRoute(app, { route, method, path, config, board, fleet });
      }
    }
  };
}

/** Bull Board hands its routes to an adapter of the server; ours only keeps them. */
function collectRoutes() {
  let entry: AppViewRoute | undefined;
  let api: readonly AppControllerRoute[] = [];
  let config: UIConfig = {};
  const adapter: IServerAdapter = {
    setQueues: () => adapter,
    setViewsPath: () => adapter,
    setStaticPath: () => adapter,
    setErrorHandler: () => adapter,
    setEntryRoute(route) {
      entry = route;
      return adapter;
    },
    setApiRoutes(routes) {
      api = routes;
      return adapter;
    },
    setUIConfig(given) {
      config = given;
      return adapter;
    },
  };
  createBullBoard({ queues: [], serverAdapter: adapter, options: { uiBasePath: uiFolder, uiConfig: look } });
  if (entry === undefined) throw new TypeError("Bull Board has no page");
  return { entry, api, config };
}

/** Its components set styles in the document; scripts come as files here too. */
const boardPolicy = {
  defaultSrc: ["'self'"],
  styleSrc: ["'self'", "'unsafe-inline'"],
  imgSrc: ["'self'", "data:"],
  objectSrc: ["'none'"],
  baseUri: ["'self'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
};

const hidden = { hide: true } as const;

function servePage(app: FastifyInstance, entry: AppViewRoute, uiConfig: UIConfig): void {
  const page = createBoardPage(join(uiFolder, "dist"));
  const html = page(entry.handler({ basePath: boardPath, uiConfig }));
  const options = {
    config: { role: "viewer" },
    schema: hidden,
    helmet: { contentSecurityPolicy: { useDefaults: false, directives: boardPolicy } },
  } as const;
  for (const path of listed(entry.route)) {
    app.get(path, options, (_request, reply) => reply.type("text/html; charset=utf-8").send(html));
  }
}

/** Names of these files change with their content, but for pictures and texts. */
const filesKept = "public, max-age=3600";

async function serveFiles(app: FastifyInstance): Promise<void> {
  await app.register(staticFiles, {
    root: join(uiFolder, "dist", "static"),
    serve: false,
    cacheControl: false,
  });
  app.get<{ Params: { readonly "*": string } }>(
    "/static/*",
    { config: { role: "anybody", rateLimit: false }, schema: hidden },
    (request, reply) => reply.header("cache-control", filesKept).sendFile(request.params["*"]),
  );
}

interface ServedRoute {
  readonly route: AppControllerRoute;
  readonly method: string;
  readonly path: string;
  readonly config: UIConfig;
  readonly board: Board;
  readonly fleet: FleetClient;
}

function serveRoute(app: FastifyInstance, { route, method, path, config, board, fleet }: ServedRoute): void {
  const reads = method === "GET";
  app.route({
    method,
    url: path,
    config: { role: reads ? "viewer" : "admin" },
    schema: hidden,
    handler: async (request, reply) => {
      refuseNul(request.query);
      const params = request.params as Record<string, string>;
      const pools = await board.pools();
      const queues = mayAct(request.actor.role, "admin") ? pools.writable : pools.readOnly;
      const change = { params, queues, fleet, by: request.actor.name };
      const treated = reads ? "passed" : await treat({ method, path }, change);
      if (treated !== "passed") return reply.code(treated.status).send(treated.body);
      const answer = await route.handler({
        ...{ queues, params, uiConfig: config },
        query: request.query as Record<string, string>,
        body: (request.body ?? {}) as Record<string, unknown>,
        headers: request.headers as Record<string, string>,
      });
      const status = answer.status ?? 200;
      return reply.code(status).send(status === 204 ? undefined : answer.body);
    },
  });
}

/** Bull Board's messages about a query use NUL as a separator, and break on one that was sent. */
function refuseNul(query: unknown): void {
  if (!JSON.stringify(query).includes("\\u0000")) return;
  throw new RunfleetError("invalid_usage", "the query of the request has a NUL character");
}

/** As Bull Board's page reads errors. Who opens the page without a session is led to where one can sign in. */
function answerError(
  error: FastifyError,
  { request, reply, log }: { request: FastifyRequest; reply: FastifyReply; log: (line: string) => void },
): FastifyReply {
  if (isNoLongerHeld(error)) {
    return reply.code(409).send({ error: "the job is in another state", message: error.message });
  }
  const { code, detail, status = errorCodes[code].httpStatus } = explain(error);
  const isPage = request.method === "GET" && !request.url.startsWith(`${boardPath}/api/`);
  if (code === "unauthenticated" && isPage) return reply.redirect("/");
  if (status >= 500) log(`${request.method} ${request.routeOptions.url}: ${code}: ${error.stack ?? detail}`);
  return reply.code(status).send({ error: errorCodes[code].meaning, message: detail, code });
}

function listed<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T];
}

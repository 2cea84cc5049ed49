/** The page of the HTTP API, written from its OpenAPI description. */
import { code, page, type Row, table } from "./markdown.js";
import { type JsonSchema, memberHead, memberRows, typeText } from "./schema-rows.js";

interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
}

type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>;

interface Operation {
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly "x-required-role": string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

export interface ApiDescription {
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}

const heading = `# The HTTP API

This page is written from the OpenAPI description that every server has at \`/api/openapi.json\`, and a test compares the two. How it is used, roles,
tokens, and following a run: [guides/http-api.md](../guides/http-api.md).

Requests and answers are JSON. What went wrong is a [Problem](#problem) with a code from [the table](../errors/README.md). Members that a request
should not have are refused. A time is text as in \`2026-11-30T09:00:00.000Z\`; names that end in \`Ms\` are milliseconds.`;

export function describeHttpApi(api: ApiDescription): string {
  const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...operation,
      route: `${method.toUpperCase()} ${path}`,
    })),
  );
  const chapters = api.tags.flatMap(({ name, description }) => [
    `## ${description}`,
    ...operations.filter(({ tags }) => tags.includes(name)).flatMap(describeOperation),
  ]);
  const documents = Object.entries(api.components.schemas).sort(([one], [other]) => (one < other ? -1 : 1));
  return page(
    heading,
    ...chapters,
    "## Documents",
    ...documents.flatMap(([name, schema]) => [`### ${name}`, ...describeDocument(schema)]),
  );
}

function describeOperation(operation: Operation & { readonly route: string }): readonly string[] {
  const { route, summary, description, parameters = [], requestBody } = operation;
  const body = Object.values(requestBody?.content ?? {})[0]?.schema;
  return [
    `### ${route}`,
    `${[summary, ...(description === undefined ? [] : [description])].map(ended).join(" ")} Role: ${operation["x-required-role"]}.`,
    ...table(
      ["parameter", "in", "type", "must be there", "meaning"],
      parameters.toSorted(byPlace).map(parameterRow),
    ),
    [...(body === undefined ? [] : [`Body: ${typeText(body)}.`]), `Answers: ${answersText(operation)}.`].join(
      " ",
    ),
  ];
}

/** As they stand in a request. */
function byPlace(one: Parameter, other: Parameter): number {
  const places = ["path", "query", "header"];
  return places.indexOf(one.in) - places.indexOf(other.in);
}

function parameterRow({ name, in: place, schema, required, description = "" }: Parameter): Row {
  return [code(name), place, typeText(schema), required === true ? "yes" : "", description];
}

/** What succeeds; whatever does not is a problem, of which the heading speaks. */
function answersText({ responses }: Operation): string {
  const good = Object.entries(responses).filter(([status]) => status.startsWith("2"));
  return good
    .map(([status, { content = {} }]) => {
      const [type, answer] = Object.entries(content)[0] ?? [];
      if (answer === undefined) return `${status} without a body`;
      return `${status} with ${type === "application/json" ? typeText(answer.schema) : code(String(type))}`;
    })
    .join(", ");
}

function describeDocument(schema: JsonSchema): readonly string[] {
  const rows = memberRows(schema);
  return rows.length > 0 ? table(memberHead, rows) : [`${ended(typeText(schema))}`];
}

function ended(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}

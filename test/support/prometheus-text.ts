/** Reads Prometheus' text format (0.0.4), strictly: what a scraper would refuse or take for something else is an error here. */

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

const sampleLine = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const labelPart = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/gy;
const suffixes: Readonly<Record<string, readonly string[]>> = {
  histogram: ["_bucket", "_sum", "_count"],
  counter: [""],
  gauge: [""],
};

/** Families by name. Throws where a line is none of the format, a family comes twice, or a sample is not its family's. */
export function parsePrometheusText(text: string): ReadonlyMap<string, Family> {
  const families = new Map<string, Family & { samples: Sample[] }>();
  if (!text.endsWith("\n")) throw new Error("the last line does not end");
  const help = new Map<string, string>();
  let current: (Family & { samples: Sample[] }) | undefined;
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const [, kind, name = "", rest = ""] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (kind === "HELP") help.set(name, rest);
    else if (kind === "TYPE") {
      if (families.has(name)) throw new Error(`${name} comes twice`);
      current = { name, type: rest, help: help.get(name) ?? "", samples: [] };
      families.set(name, current);
    } else if (!line.startsWith("#")) addSample(current, parseSample(line));
  }
  return families;
}

function addSample(family: (Family & { samples: Sample[] }) | undefined, sample: Sample): void {
  const names = suffixes[family?.type ?? ""]?.map((suffix) => `${family?.name}${suffix}`) ?? [];
  if (family === undefined || !names.includes(sample.name)) throw new Error(`${sample.name} has no family`);
  const isSame = (other: Sample) =>
    other.name === sample.name && JSON.stringify(other.labels) === JSON.stringify(sample.labels);
  if (family.samples.some(isSame)) throw new Error(`${sample.name} comes twice with the same labels`);
  family.samples.push(sample);
}

function parseSample(line: string): Sample {
  const [, name, labelText = "", valueText = ""] = sampleLine.exec(line) ?? [];
  if (name === undefined) throw new Error(`not a sample: ${line}`);
  const labels: Record<string, string> = {};
  labelPart.lastIndex = 0;
  while (labelPart.lastIndex < labelText.length) {
    const [, label, value = ""] = labelPart.exec(labelText) ?? [];
    if (label === undefined || label in labels) throw new Error(`not labels: ${labelText}`);
    labels[label] = value.replace(/\\(.)/g, (_, char: string) => (char === "n" ? "\n" : char));
  }
  const value = valueText === "+Inf" ? Number.POSITIVE_INFINITY : Number(valueText);
  if (Number.isNaN(value)) throw new Error(`not a number: ${line}`);
  return { name, labels, value };
}

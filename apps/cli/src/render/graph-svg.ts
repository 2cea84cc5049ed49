/** A graph in Graphviz' language as an SVG picture. The layout is Graphviz' own, compiled to WebAssembly. */

/** All as wide as the one the layout reckons with. */
const fonts = "ui-monospace,Menlo,Consolas,'DejaVu Sans Mono','Courier New',monospace";

/** Loads the layout only when a picture is wanted: it is larger than everything else a command needs. */
export async function renderSvg(dot: string): Promise<string> {
  const { Graphviz } = await import("@hpcc-js/wasm-graphviz");
  const graphviz = await Graphviz.load();
  return graphviz.dot(dot, "svg").replace(/font-family="Courier[^"]*"/g, `font-family="${fonts}"`);
}

// What we use of Eleventy and of the Markdown library in it: neither brings its types.
declare module "@11ty/eleventy" {
  export interface Token {
    readonly type: string;
    tag: string;
    attrs: [string, string][] | null;
    content: string;
    readonly children: Token[] | null;
    attrGet(name: string): string | null;
    attrSet(name: string, value: string): void;
  }

  export interface InlineState {
    readonly src: string;
    pos: number;
    push(type: string, tag: string, nesting: number): Token;
  }

  interface Renderer {
    readonly rules: Record<
      string,
      (tokens: Token[], index: number, options: object, env: PageData, renderer: Renderer) => string
    >;
    renderToken(tokens: Token[], index: number, options: object): string;
  }

  export interface Markdown {
    set(options: { html: boolean; highlight: (code: string, language: string) => string }): void;
    readonly core: {
      readonly ruler: {
        push(name: string, rule: (state: { readonly tokens: Token[]; readonly env: PageData }) => void): void;
      };
    };
    readonly inline: {
      readonly ruler: { before(other: string, name: string, rule: (state: InlineState) => boolean): void };
    };
    readonly renderer: Renderer;
  }

  export interface PageData {
    readonly page: { readonly inputPath: string };
  }

  export interface UserConfig {
    readonly ignores: Set<string>;
    setUseGitIgnore(use: boolean): void;
    addPreprocessor(
      name: string,
      extensions: string,
      read: (data: PageData, content: string) => string | false,
    ): void;
    amendLibrary(name: "md", amend: (library: Markdown) => void): void;
    addGlobalData(name: string, value: unknown): void;
    addPassthroughCopy(places: Readonly<Record<string, string>>): void;
    on(event: "eleventy.after", listener: (built: Built) => void): void;
  }

  interface Built {
    readonly directories: { readonly output: string };
    readonly results: readonly { readonly url: string; readonly content: string }[];
  }

  export class Eleventy {
    constructor(
      input: string,
      output: string,
      options: {
        readonly configPath: string;
        readonly quietMode: boolean;
        readonly config: (config: UserConfig) => void;
      },
    );
    write(): Promise<void>;
  }
}

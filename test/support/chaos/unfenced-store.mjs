/**
 * Loaded before a worker (`node --import`): the store's scripts without their fence, for the negative control. What is on
 * disk stays as it is; the modules are changed while they are loaded.
 */
import { register } from "node:module";

register(new URL("unfenced-scripts.mjs", import.meta.url));

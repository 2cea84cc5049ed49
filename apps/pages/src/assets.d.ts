/** Stylesheets are for the bundler; the compiler only needs to know that they exist. */
declare module "*.css";

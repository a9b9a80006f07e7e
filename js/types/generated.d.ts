/** Modules that js/build.mjs makes up. */
declare module 'tccc:errors' {
  const rows: { name: string; value: number; sentence: string; remedy: string }[];
  export default rows;
}
declare module 'tccc:version' {
  export const VERSION: string;
}

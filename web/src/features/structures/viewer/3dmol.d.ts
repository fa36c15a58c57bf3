/** The small build of 3Dmol.js: the one that its package names is for development, and evaluates text. */
declare module '3dmol/build/3Dmol-min.js' {
  export * from '3dmol';
}

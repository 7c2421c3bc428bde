/** Name of what is `false` in the global scope of a liar's Worker, and `true` from when it is to lie. */
export const LIES = 'tabgridLies';

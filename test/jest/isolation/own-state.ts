/** What a module of the repository keeps. */
export const ownState = { files: 0 };

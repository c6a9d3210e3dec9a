export const at: (seconds: number) => string;
export const events: unknown[];
export const run: unknown;
export const runs: unknown[];
export const workflows: unknown[];
export const permissions: string[];
export const organization: { id: string; name: string };
export const hostile: string;

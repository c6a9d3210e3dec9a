export const at: (seconds: number) => string;
export const events: unknown[];
export const id: (kind: string, number: number) => string;
export const run: { id: string };
export const runs: { id: string }[];
export const workflows: { id: string; name: string }[];
export const permissions: string[];
export const organization: { id: string; name: string };
export const hostile: string;

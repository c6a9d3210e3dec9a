export const tasks: { id: string; title: string }[];
export const task: { id: string };
export const workflow: { id: string; version: number; definition: { nodes: Record<string, object> } };
export const activity: unknown[];
export const projections: unknown[];
export const letters: unknown[];
export const changes: unknown;
export const catalog: { actions: { type: string }[]; triggers: { type: string }[] };
export const more: (page: (items: unknown[]) => unknown) => unknown[];

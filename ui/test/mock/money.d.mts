export const chains: unknown[];
export const wallet: { id: string; address: string };
export const transaction: { id: string };
export const intentOf: (kind: "transfer" | "send") => unknown;
export const deeds: unknown[];
export const approvals: { digest: string };
export const signature: { id: string };
export const document: unknown;
export const policies: unknown[];

/** Short names for what the API answers about money. */
import type { Data } from "../api/client";
import type { JsonObject } from "../api/exactJson";

export type Wallet = Data<"/v1/wallets">["items"][number];
export type Floor = Data<"/v1/wallets/{id}/floors">["items"][number];
export type Transaction = Data<"/v1/transactions">["items"][number];
export type SignatureRequest = Data<"/v1/signatures">["items"][number];
export type Payment = Data<"/v1/payments">["items"][number];
export type Sale = Data<"/v1/sales">["items"][number];
export type PaidEndpoint = Data<"/v1/x402-endpoints">["items"][number];
export type Policy = Data<"/v1/policies">["items"][number];
export type Approval = NonNullable<Data<"/v1/transactions/{id}">["approval"]>;
export type Deed = { event: string; position: number; content: JsonObject };

export const TRANSACTION_STATUSES = ["accepted", "awaiting_approval", "awaiting_funds", "signing", "broadcast", "included", "succeeded", "denied", "rejected", "not_approved", "simulation_failed", "reverted", "cancelled"] as const;
export const SIGNATURE_STATUSES = ["awaiting_approval", "signing", "signed", "denied", "rejected", "not_approved", "refused", "cancelled"] as const;

/** Where a transaction is not over yet, it is looked at again and again. */
export const isOnItsWay = (it: { endedAt?: string | null }): boolean => !it.endedAt;

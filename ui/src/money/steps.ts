/** How the events of an intent read. */
import { asObject, asText, type JsonObject } from "../api/exactJson";
import type { Tone } from "../common/Status";
import type { Deed } from "./types";

export type Step = { key: string; title: string; tone: Tone; at: string | undefined; event: string; content: JsonObject; position: number };

const WORDS: Record<string, [title: string, tone: Tone]> = {
  intent_accepted: ["A node wants it", "busy"],
  accepted: ["A node wants it signed", "busy"],
  policy_decided: ["The policies allow it", "good"],
  approval_requested: ["People are asked", "wait"],
  approval_granted: ["Approved", "good"],
  approval_rejected: ["Rejected", "bad"],
  approval_expired: ["Too few approved it in time", "bad"],
  simulated: ["It was tried: it would be carried out", "good"],
  simulation_failed: ["It was tried: it would fail", "bad"],
  funds_lacking: ["The wallet cannot pay it", "wait"],
  top_up_wanted: ["A run is to get money", "wait"],
  top_up_called_off: ["The run that gets money is called off", "bad"],
  top_up_ended: ["The run that gets money is over", "still"],
  funds_arrived: ["The wallet can pay it", "good"],
  nonce_reserved: ["It has a nonce", "good"],
  sign_requested: ["It is to be signed", "busy"],
  signed: ["Signed", "good"],
  broadcast_attempted: ["Sent", "good"],
  included: ["It stands in a block", "good"],
  orphaned: ["Its block is gone: the chain was reorganized", "bad"],
  finalized: ["Its block stays", "good"],
  nonce_conflict: ["Somebody else used its nonce", "bad"],
  cancel_requested: ["It is to be called off", "wait"],
  cancelled: ["Called off", "still"],
  refused: ["It may not be signed any more", "bad"],
  settled: ["The signature was used", "good"],
  lapsed: ["The signature was never used", "still"],
};

/** The life of an intent, step by step. A further signature is a replacement at another price. */
export function stepsOf(history: Deed[]): Step[] {
  let orders = 0;
  let isCallingOff = false;
  return history.map(({ event, content, position }, index) => {
    let [title, tone] = WORDS[event] ?? [event.replaceAll("_", " "), "still"];
    if (event === "policy_decided" && content["isAllowed"] === false) [title, tone] = ["The policies deny it", "bad"];
    else if (event === "policy_decided" && asObject(content["reasons"])["outcome"] === "needsApproval") [title, tone] = ["The policies want people to approve it", "wait"];
    if (event === "cancel_requested") isCallingOff = true;
    if (event === "nonce_conflict") orders = 0;
    if (event === "sign_requested") {
      orders += 1;
      if (isCallingOff) title = "What moves nothing is to be signed in its place";
      else if (orders > 1) [title, tone] = [`Replaced at a higher price, for the ${orders === 2 ? "first" : `${orders - 1}th`} time`, "wait"];
    }
    const inclusion = asObject(content["inclusion"]);
    if ((event === "included" || event === "finalized") && inclusion["isSuccess"] === false) [title, tone] = [`${title}, and was reverted`, "bad"];
    if (event === "broadcast_attempted") {
      const said = asText(asObject(content["outcome"])["said"]);
      if (said === "rejected") [title, tone] = ["A node refuses it", "bad"];
      if (said === "unknown") [title, tone] = ["Sent, and nothing certain was answered", "wait"];
    }
    // What others have followed is done.
    if (tone === "busy" && index < history.length - 1) tone = "good";
    return { key: `${position}-${event}`, title, tone, at: asText(content["at"]), event, content, position };
  });
}

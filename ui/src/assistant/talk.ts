import { api } from "../api/client";
import type { Json, JsonObject } from "../api/exactJson";
import { organization } from "../api/session";
import { carryOut, propose } from "./acting";
import { read } from "./reading";
import { messagesOf, openCalls, type Call, type Outcome, type Step } from "./said";

/** So often the model goes on by itself after its tools have read; then the person is asked. */
const ROUNDS = 12;

export type State = {
  steps: Step[];
  /** What is under way; `waiting` is for the person. */
  status: "idle" | "asking" | "looking" | "waiting";
  error: unknown;
  isShortened: boolean;
  /** Tokens that the provider counts for this conversation. */
  tokens: { input: number; output: number };
  model: string;
  connectorId: string | undefined;
};

const EMPTY: State = { steps: [], status: "idle", error: undefined, isShortened: false, tokens: { input: 0, output: 0 }, model: "", connectorId: undefined };

/** The time that the reader's clock shows, with its offset. */
function localTime(now = new Date()): string {
  const offset = -now.getTimezoneOffset();
  const two = (of: number) => String(Math.floor(Math.abs(of))).padStart(2, "0");
  const shifted = new Date(now.getTime() + offset * 60_000).toISOString().slice(0, 19);
  return `${shifted}${offset < 0 ? "-" : "+"}${two(offset / 60)}:${two(offset % 60)}`;
}

/** A conversation: asks the model, carries out what reads, and holds what acts until the person has decided. */
export class Talk {
  private state: State = EMPTY;
  private readonly listeners = new Set<() => void>();
  private stopper = new AbortController();
  private rounds = 0;
  /** Where the person was who last said something: whoever changes to another organization takes nothing of this one there. */
  private home = organization();

  subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  read = () => this.state;

  choose(chosen: { model?: string; connectorId?: string | undefined }): void {
    this.set(chosen);
  }

  /** Whoever goes on with a question has not agreed to what was proposed. */
  async ask(text: string): Promise<void> {
    if (this.isBusy()) return;
    this.home = organization();
    this.settleOpen("the person went on without agreeing: it was not sent");
    this.set({ steps: [...this.state.steps, { kind: "question", text }], error: undefined });
    this.rounds = 0;
    await this.goOn();
  }

  /** Asks again what was not answered. */
  async retry(): Promise<void> {
    if (this.isBusy()) return;
    this.home = organization();
    this.rounds = 0;
    await this.goOn();
  }

  /** Ends what is under way. What was agreed to and sent is not taken back by it. */
  stop(): void {
    this.stopper.abort();
    this.settleOpen("the person has stopped this");
    this.set({ status: "idle" });
  }

  clear(): void {
    this.stopper.abort();
    const { model, connectorId } = this.state;
    this.set({ ...EMPTY, model, connectorId });
  }

  async agree(callId: string): Promise<void> {
    const step = this.proposal(callId);
    const call = openCalls(this.state.steps).find(({ id }) => id === callId);
    if (!step || !call || step.state === "sending") return;
    this.home = organization();
    this.change(callId, { state: "sending", error: undefined });
    try {
      const outcome = await carryOut(call, step.proposal);
      this.change(callId, { state: "done", outcome });
    } catch (error) {
      // It may be tried again under the same key; the model is not told before the person has given it up.
      this.change(callId, { state: "failed", error });
      return;
    }
    await this.goOnIfSettled();
  }

  async decline(callId: string): Promise<void> {
    const step = this.proposal(callId);
    if (!step || step.state === "sending" || step.outcome) return;
    this.home = organization();
    const said = step.state === "failed" ? `it was refused: ${message(step.error)}` : "the person declined: it was not sent";
    this.change(callId, { state: step.state === "failed" ? "failed" : "declined", outcome: { result: said, trace: { words: said }, isBad: true } });
    await this.goOnIfSettled();
  }

  private async goOnIfSettled(): Promise<void> {
    // Meanwhile it may have been begun anew.
    if (this.state.steps.length === 0 || this.isBusy() || openCalls(this.state.steps).length > 0) return;
    await this.goOn();
  }

  /** Asks until the model has nothing more to look at, or the person is needed. */
  private async goOn(): Promise<void> {
    this.stopper = new AbortController();
    const { signal } = this.stopper;
    try {
      for (;;) {
        if (openCalls(this.state.steps).length === 0) await this.reply(signal);
        await this.look(signal);
        const open = openCalls(this.state.steps);
        const last = this.state.steps.at(-1);
        if (open.length > 0) return this.set({ status: "waiting" });
        if (last?.kind === "answer") return this.set({ status: "idle" });
        this.rounds += 1;
        if (this.rounds >= ROUNDS) throw new Error(`The model has looked ${ROUNDS} times and has not answered. Ask for less at a time, or let it go on.`);
      }
    } catch (error) {
      // Whoever has stopped it knows.
      if (!signal.aborted) this.set({ status: "idle", error });
    }
  }

  private async reply(signal: AbortSignal): Promise<void> {
    this.mustBeHome();
    const { messages, isShortened } = messagesOf(this.state.steps);
    const { model, connectorId } = this.state;
    this.set({ status: "asking", error: undefined, isShortened });
    const body = { messages, localTime: localTime(), ...(model && { model }), ...(connectorId && { connectorId }) };
    const told = await api.post("/v1/assistant/replies", { body: body as never, signal });
    signal.throwIfAborted();
    const calls = told.calls.map((call): Call => ({ id: call.id, tool: call.tool, acts: call.acts, arguments: call.arguments as unknown as JsonObject }));
    const { input, output } = this.state.tokens;
    this.set({
      steps: [...this.state.steps, { kind: "answer", text: told.text ?? undefined, calls, isCut: told.truncated }],
      tokens: { input: input + told.inputTokens, output: output + told.outputTokens },
    });
  }

  /** Carries out what reads, one after the other, and makes proposals of what acts. */
  private async look(signal: AbortSignal): Promise<void> {
    for (const call of openCalls(this.state.steps)) {
      if (this.proposal(call.id)) continue;
      this.mustBeHome();
      this.set({ status: "looking" });
      const callId = call.id;
      const made = call.acts ? await propose(call, signal) : await read(call, signal);
      signal.throwIfAborted();
      const step: Step = "order" in made ? { kind: "proposal", callId, proposal: made, state: "open" } : { kind: "looked", callId, outcome: made };
      this.set({ steps: [...this.state.steps, step] });
    }
  }

  /** Gives every call a result that has none: a model is asked for nothing before it has them. */
  private settleOpen(result: string): void {
    for (const { id: callId } of openCalls(this.state.steps)) {
      const outcome: Outcome = { result, trace: { words: result }, isBad: true };
      const step = this.proposal(callId);
      if (step?.state === "sending") continue;
      if (step) this.change(callId, { state: step.state === "failed" ? "failed" : "declined", outcome });
      else this.set({ steps: [...this.state.steps, { kind: "looked", callId, outcome }] });
    }
  }

  private mustBeHome(): void {
    if (organization() !== this.home) throw new Error("Another organization was chosen meanwhile. Nothing is sent there: ask again.");
  }

  private isBusy(): boolean {
    const { status, steps } = this.state;
    return status === "asking" || status === "looking" || steps.some((step) => step.kind === "proposal" && step.state === "sending");
  }

  // Ids of calls are the provider's: the last of a name is meant.
  private proposal(callId: string) {
    const at = this.state.steps.findLastIndex((step) => step.kind === "proposal" && step.callId === callId && !step.outcome);
    const step = this.state.steps[at];
    return step?.kind === "proposal" ? step : undefined;
  }

  private change(callId: string, change: Partial<Extract<Step, { kind: "proposal" }>>): void {
    const of = this.proposal(callId);
    this.set({ steps: this.state.steps.map((step) => (step === of ? { ...of, ...change } : step)) });
  }

  private set(change: Partial<State>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }
}

const message = (error: unknown): Json => (error instanceof Error ? error.message : String(error));

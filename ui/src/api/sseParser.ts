/** One message of a stream of server-sent events. */
export type Message = { id?: string; event: string; data: string };
type Parsed = { messages: Message[]; retry?: number };

/** Takes a stream apart, however its bytes were cut on the way. */
export class SseParser {
  private rest = "";
  private id: string | undefined;
  private event = "";
  private data: string[] = [];

  take(text: string): Parsed {
    this.rest += text;
    const parsed: Parsed = { messages: [] };
    // A carriage return at the very end may be the first half of a line's end.
    const lines = this.rest.split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop() ?? "";
    for (const line of lines) this.line(line, parsed);
    return parsed;
  }

  private line(line: string, parsed: Parsed): void {
    if (line === "") {
      if (this.data.length > 0) {
        const message: Message = { event: this.event || "message", data: this.data.join("\n") };
        if (this.id !== undefined) message.id = this.id;
        parsed.messages.push(message);
      }
      this.event = "";
      this.data = [];
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") this.data.push(value);
    else if (field === "event") this.event = value;
    else if (field === "id" && !value.includes("\0")) this.id = value;
    else if (field === "retry" && /^\d+$/.test(value)) parsed.retry = Number(value);
  }
}

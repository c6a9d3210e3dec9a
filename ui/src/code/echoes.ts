/** What a field told, and is told in turn, perhaps only when somebody has typed on: then it is nothing new. */
export class Echoes {
  /** What has not come back yet, from the first to the last. */
  private pending: string[] = [];

  told(text: string): void {
    this.pending.push(text);
  }

  /** Whether the field has nothing to learn from this text, which comes from outside. */
  isOld(text: string, shown: string): boolean {
    const at = text === shown ? this.pending.length - 1 : this.pending.indexOf(text);
    const isEcho = text === shown || at >= 0;
    this.pending = isEcho ? this.pending.slice(at + 1) : [];
    return isEcho;
  }
}

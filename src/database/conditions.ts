/** What a statement's rows must meet, and the values that the `?` in it stand for, in the same order. */
export class Conditions {
  readonly where: string[] = [];
  readonly values: unknown[] = [];

  add(condition: string, ...values: unknown[]): void {
    this.where.push(condition);
    this.values.push(...values);
  }
}

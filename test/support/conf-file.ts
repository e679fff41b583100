export type Section = Record<string, string | number | boolean>;
/** Options by section, as oslo.config reads them. */
export type Sections = Record<string, Section>;

export function confText(sections: Sections): string {
  const lines = Object.entries(sections).flatMap(([name, options]) => [
    `[${name}]`,
    ...Object.entries(options).map(([key, value]) => `${key} = ${value}`),
  ]);
  return `${lines.join('\n')}\n`;
}

/** What a run was started with. */
import { LongText } from "../parts/long-text";

export function Inputs({ inputs }: { readonly inputs: Readonly<Record<string, string>> }) {
  const entries = Object.entries(inputs);
  if (entries.length === 0) return null;
  return (
    <details className="card">
      <summary>Inputs ({entries.length})</summary>
      <dl className="detail">
        {entries.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <LongText name={name} text={value} />
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

/** Who leads what: which worker feeds which sink. Nothing else of a fleet is led by one worker. */
import type { LeadDocument } from "@runfleet/client";
import { Ago } from "../parts/time";

export function Leads({ leads }: { readonly leads: readonly LeadDocument[] }) {
  if (leads.length === 0) return null;
  return (
    <section aria-label="Who leads what">
      <h2>Who leads what</h2>
      <div className="scroll">
        <table>
          <thead>
            <tr>
              <th>What</th>
              <th>Worker</th>
              <th>Unless renewed, until</th>
              <th>Oldest event not delivered</th>
            </tr>
          </thead>
          <tbody>
            {leads.map(({ what, name, worker, until, behindSince }) => (
              <tr key={`${what} ${name}`}>
                <td>
                  {what} {name}
                </td>
                <td>{worker === null ? "nobody" : <code>{worker}</code>}</td>
                <td>
                  <Ago iso={until} />
                </td>
                <td>{behindSince === null ? "none" : <Ago iso={behindSince} />}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

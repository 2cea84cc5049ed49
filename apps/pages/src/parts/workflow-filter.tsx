/** Chooses one of the published workflows, or all. One that is not published any more can be chosen by the address. */
import { useQuery } from "@tanstack/react-query";
import { api } from "../api";

export function WorkflowFilter({
  chosen,
  onChoose,
}: {
  readonly chosen: string;
  onChoose(name: string): void;
}) {
  const { data } = useQuery({ queryKey: ["workflows"], queryFn: api.workflows });
  const names = data?.workflows.map(({ name }) => name) ?? [];
  const shown = chosen === "" || names.includes(chosen) ? names : [chosen, ...names];
  return (
    <label>
      Workflow
      <select value={chosen} onChange={(event) => onChoose(event.target.value)}>
        <option value="">all</option>
        {shown.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}

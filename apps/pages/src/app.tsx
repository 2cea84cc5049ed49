/** The frame around every page: where one can go, who one is, and the way in when the server wants a token. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Route, Switch } from "wouter";
import { api, isProblem } from "./api";
import { CostPage } from "./cost/cost-page";
import { FleetPage } from "./fleet/fleet-page";
import { GatesPage } from "./gates/gates-page";
import { LimitsPage } from "./limits/limits-page";
import { ProblemNote } from "./parts/problem-note";
import { useMay, useSession } from "./parts/session";
import { RunPage } from "./run/run-page";
import { RunsPage } from "./runs/runs-page";
import { SchedulesPage } from "./schedules/schedules-page";
import { SignIn } from "./sign-in";
import { StartPage } from "./start-page";

const links = [
  { href: "/", text: "Runs", role: "viewer" },
  { href: "/gates", text: "Gates", role: "viewer" },
  { href: "/schedules", text: "Schedules", role: "viewer" },
  { href: "/cost", text: "Cost", role: "viewer" },
  { href: "/limits", text: "Limits", role: "viewer" },
  { href: "/fleet", text: "Fleet", role: "viewer" },
  { href: "/start", text: "Start", role: "operator" },
] as const;

export function App() {
  const session = useSession();
  const mayStart = useMay("operator");
  if (isProblem(session.error) && session.error.status === 401) return <SignIn />;
  return (
    <>
      <a className="skip" href="#content">
        Skip to content
      </a>
      <header className="bar">
        <Link href="/" className="brand">
          Runfleet
        </Link>
        <nav aria-label="Pages">
          {links
            .filter(({ role }) => role === "viewer" || mayStart)
            .map(({ href, text }) => (
              <Link key={href} href={href} className={(isActive) => (isActive ? "here" : "")}>
                {text}
              </Link>
            ))}
          <a href="/queues">Queues</a>
        </nav>
        <OpenGates />
        {session.data === undefined ? null : <Who name={session.data.name} role={session.data.role} />}
      </header>
      <main id="content">
        {session.error === null ? null : <ProblemNote error={session.error} />}
        <Switch>
          <Route path="/" component={RunsPage} />
          <Route path="/runs/:id">{({ id }) => <RunPage key={id} id={id} />}</Route>
          <Route path="/gates" component={GatesPage} />
          <Route path="/schedules" component={SchedulesPage} />
          <Route path="/cost" component={CostPage} />
          <Route path="/limits" component={LimitsPage} />
          <Route path="/fleet" component={FleetPage} />
          <Route path="/start" component={StartPage} />
          <Route>
            <h1>There is no such page</h1>
          </Route>
        </Switch>
      </main>
    </>
  );
}

/** How many wait for somebody, wherever one looks. */
function OpenGates() {
  const { data } = useQuery({
    queryKey: ["gates", ""],
    queryFn: () => api.gates({}),
    refetchInterval: 5_000,
  });
  const open = data?.gates.length ?? 0;
  if (open === 0) return null;
  return (
    <Link href="/gates" className="badge wait">
      {open}
      {data?.cursor === null ? "" : "+"} waiting for an answer
    </Link>
  );
}

function Who({ name, role }: { readonly name: string; readonly role: string }) {
  const queries = useQueryClient();
  const leave = async () => {
    await api.signOut();
    await queries.resetQueries();
  };
  return (
    <span className="who">
      {name} ({role})
      {name === "local" ? null : (
        <button type="button" onClick={() => void leave()}>
          Sign out
        </button>
      )}
    </span>
  );
}

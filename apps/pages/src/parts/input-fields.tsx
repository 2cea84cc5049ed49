/** A field for each input that a workflow declares. What is typed for a secret is shown nowhere. */
import type { InputDeclaration } from "@runfleet/model";
import type { InputTexts } from "../api";

interface InputFieldsProps {
  readonly declared: readonly InputDeclaration[];
  readonly values: InputTexts;
  readonly onChange: (values: InputTexts) => void;
}

export function InputFields({ declared, values, onChange }: InputFieldsProps) {
  return declared.map((input) => (
    <InputField
      key={input.name}
      input={input}
      value={values[input.name] ?? ""}
      onChange={(value) => onChange({ ...values, [input.name]: value })}
    />
  ));
}

interface InputFieldProps {
  readonly input: InputDeclaration;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function InputField({ input, value, onChange }: InputFieldProps) {
  const { name, type, required, default: usual, description = "", secret = false } = input;
  if (type === "boolean") {
    return (
      <label className="choice">
        <input
          type="checkbox"
          checked={(value === "" ? usual : value) === "true"}
          onChange={(event) => onChange(String(event.target.checked))}
        />
        {name} <span className="quiet">{description}</span>
      </label>
    );
  }
  return (
    <label>
      <span>
        {name}
        {required ? " (required)" : ""}
        {description === "" ? "" : `: ${description}`}
      </span>
      <input
        type={secret ? "password" : "text"}
        autoComplete="off"
        aria-required={required}
        placeholder={usual}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}

/** What was typed; a field that was left empty says nothing, so that the workflow's default holds. */
export function typedInputs(values: InputTexts): InputTexts {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ""));
}

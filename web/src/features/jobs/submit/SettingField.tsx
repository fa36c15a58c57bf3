import { Undo2 } from 'lucide-react';
import { useState } from 'react';
import { IconButton } from '@/shared/ui/Button';
import { classes } from '@/shared/ui/classes';
import { Checkbox, Field, Input, NumberWithUnit, Select } from '@/shared/ui/Field';
import { fromText, type Json, type Setting, toText } from './setting';
import { type Default, isSame } from './values';

const FROM = { template: 'from the template', protocol: 'from the protocol', default: 'default' };

/** One setting: its control by its type, where its value is from, and what it was in the job before. */
export function SettingField({
  setting,
  value,
  usual,
  before,
  error,
  onChange,
  onReset,
}: {
  setting: Setting;
  value: Json | undefined;
  usual: Default;
  /** In the job that is submitted again; left out when there is none. */
  before?: { value: Json | undefined };
  error: string | undefined;
  onChange: (value: Json) => void;
  onReset: () => void;
}) {
  const isChanged = !isSame(value, usual.value);
  const differs = before !== undefined && !isSame(before.value, value);
  const source = isChanged ? `${told(usual.value, setting)} ${FROM[usual.from]}` : FROM[usual.from];
  const notes = [setting.help, differs ? undefined : source].filter(Boolean).join(' · ');
  return (
    <div
      data-setting={setting.name}
      className={classes('relative', differs && '-mx-2 rounded-md bg-accent-soft px-2 py-1')}
    >
      <Field
        label={<span title={setting.name}>{setting.title}</span>}
        error={error}
        hint={
          <>
            {notes}
            {differs && (
              <b className="ml-1 font-medium text-accent-text">{`was ${told(before.value, setting)}`}</b>
            )}
          </>
        }
      >
        <Control setting={setting} value={value} onChange={onChange} />
      </Field>
      {isChanged && (
        <span className="absolute -top-1 right-1">
          <IconButton
            size="s"
            icon={Undo2}
            label={`Back to ${told(usual.value, setting)} (${setting.title})`}
            onClick={onReset}
          />
        </span>
      )}
    </div>
  );
}

function told(value: Json | undefined, { unit }: Setting): string {
  const text = toText(value);
  return text === '' ? 'not set' : `${text}${unit && ` ${unit}`}`;
}

function Control({
  setting,
  value,
  onChange,
}: {
  setting: Setting;
  value: Json | undefined;
  onChange: (value: Json) => void;
}) {
  const { kind, unit, choices, name } = setting;
  if (kind === 'number' || kind === 'integer') {
    return (
      <NumberWithUnit
        unit={unit}
        name={name}
        step={kind === 'integer' ? 1 : 'any'}
        placeholder={setting.default === null ? 'automatic' : undefined}
        value={typeof value === 'number' ? value : null}
        onChange={onChange}
      />
    );
  }
  if (kind === 'boolean') {
    return (
      <span className="flex h-9 items-center">
        <Checkbox checked={value === true} onChange={onChange}>
          {value === true ? 'yes' : 'no'}
        </Checkbox>
      </span>
    );
  }
  if (kind === 'choice') {
    return (
      <Select name={name} value={toText(value)} onChange={(event) => onChange(event.target.value || null)}>
        {setting.default === null && <option value="">automatic</option>}
        {choices.map((choice) => (
          <option key={choice}>{choice}</option>
        ))}
      </Select>
    );
  }
  return <Words setting={setting} value={value} onChange={onChange} />;
}

/** Lists, objects and texts are written; what is written stays as it is while it is. */
function Words({
  setting,
  value,
  onChange,
}: {
  setting: Setting;
  value: Json | undefined;
  onChange: (value: Json) => void;
}) {
  const [text, setText] = useState(toText(value));
  const shown = isSame(fromText(setting.kind, text), value ?? null) ? text : toText(value);
  return (
    <Input
      name={setting.name}
      value={shown}
      placeholder={setting.kind === 'list' ? '2, 2, 2' : setting.default === null ? 'automatic' : undefined}
      onChange={(event) => {
        setText(event.target.value);
        onChange(fromText(setting.kind, event.target.value));
      }}
    />
  );
}

import { ApiError, fieldErrors } from '@/shared/api/errors';
import type { components } from '@/shared/api/schema';
import { type Json, type Setting, settingsOfEngine, wrongOf } from '@/features/jobs/submit/setting';
import { isSame, type Values } from '@/features/jobs/submit/values';

export type Kinds = components['schemas']['Kinds'];
export type NewTraining = components['schemas']['NewTraining'];

/** Settings that have a place of their own in the form. */
const PLACED = new Set(['task', 'model', 'parameters']);

/** What can be set of a training, beside the parameters of its model; with the splits of a data set to choose. */
export function settingsOfTraining({ training, pretrained }: Kinds, splits: string[]): Setting[] {
  const choices: Record<string, string[]> = { pretrained, split: splits };
  return settingsOfEngine(training)
    .filter(({ name }) => !PLACED.has(name))
    .map((one) => {
      const offered = choices[one.name];
      return offered && offered.length > 0 ? { ...one, kind: 'choice', choices: offered } : one;
    });
}

/** The parameters of a kind of model. */
export function parametersOf({ kinds }: Kinds, kind: string): Setting[] {
  return settingsOfEngine(kinds.find((one) => one.name === kind)?.parameters ?? {});
}

/** The value of a setting: what it was changed to, else its default. */
export function valueOf(setting: Setting, changes: Values): Json | undefined {
  return setting.name in changes ? changes[setting.name] : setting.default;
}

/** What is wrong with values, by the names of their settings. */
export function wrongIn(settings: Setting[], changes: Values): Record<string, string> {
  return Object.fromEntries(
    settings.flatMap((one) => {
      const message = wrongOf(one, valueOf(one, changes));
      return message === undefined ? [] : [[one.name, message]];
    }),
  );
}

/** Changes of these settings that change something. */
export function changed(settings: Setting[], changes: Values): Values {
  return Object.fromEntries(
    settings
      .filter((one) => one.name in changes && !isSame(changes[one.name], one.default))
      .map((one) => [one.name, changes[one.name] ?? null]),
  );
}

/** What an answer says of each field of the form: `name`, `test`, and `parameters.freedom` of the model. */
export function errorsOf(error: unknown): Record<string, string> {
  if (!(error instanceof ApiError)) return {};
  return Object.fromEntries(
    Object.entries(fieldErrors(error)).map(([where, message]) => [
      where.replace(/^settings\./, ''),
      message.replace(/^parameters\.\w+: /, ''),
    ]),
  );
}

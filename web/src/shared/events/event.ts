/** What the API tells of a change (`api/schemas/events.py`); OpenAPI has no place for what a stream carries. */
export type ChangeEvent = {
  /** Position in the stream, from which it can be gone on with. */
  id: string;
  kind: 'data' | 'process' | 'report';
  uuid: string;
  node_type: string;
  label: string;
  created: string;
  modified: string;
  process_label: string | null;
  process_state: string | null;
  exit_status: number | null;
  message: string | null;
  level: string | null;
};

/** A message without a change is a sign of life: everything before its position has been told. */
export type StreamMessage = ChangeEvent | { id: string };

export function isChange(message: StreamMessage): message is ChangeEvent {
  return 'kind' in message;
}

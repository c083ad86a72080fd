/** Which CloudKit database a zone was listed in; requests to the other give ZONE_NOT_FOUND. */
export type CloudDatabase = 'private' | 'shared';

/** A zone id as listed; shared zones must be echoed whole (protocol 5.1). */
export interface ZoneId {
  readonly zoneName: string;
  readonly ownerRecordName?: string;
  readonly zoneType?: string;
}

/** A photo library: the personal one, or an iCloud Shared Photo Library (protocol 5.2, D78). */
export interface Library {
  readonly kind: 'primary' | 'shared';
  /** The listed zone name, e.g. `PrimarySync` or `SharedSync-<UUID>`: how it is shown and stored. */
  readonly zone: string;
  readonly zoneId: ZoneId;
  readonly database: CloudDatabase;
}

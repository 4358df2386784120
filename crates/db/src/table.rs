use crate::{Key, Value};

/// One table: its name, its place in the schema, and what its records are.
///
/// Declare tables with [`tables!`](crate::tables), which keeps names and places in step.
pub trait Table: 'static {
    /// Name in the file.
    const NAME: &'static str;
    /// Place in [`Schema::tables`].
    const INDEX: usize;
    /// Key type; records are ordered by its bytes.
    type Key: Key;
    /// Value type.
    type Value: Value;
}

/// What a database file holds: compared on every open.
#[derive(Clone, Copy, Debug)]
pub struct Schema {
    /// Name of the application; another name in the file is a foreign file.
    pub name: &'static str,
    /// Version of the tables; another version is refused.
    pub version: u32,
    /// Names of all tables.
    pub tables: &'static [&'static str],
}

/// The size of one table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableStat {
    /// Table name.
    pub name: &'static str,
    /// Number of records.
    pub entries: u64,
    /// Bytes of all its pages.
    pub bytes: u64,
}

/// Declares tables, and a constant with all their names in order.
///
/// ```
/// use autochain_db::tables;
///
/// tables! {
///     /// Names of the tables.
///     pub const NAMES;
///     /// Block number to hash.
///     pub table Hashes: u64 => autochain_primitives::B256;
///     /// Hash to block number.
///     pub table Numbers: autochain_primitives::B256 => u64;
/// }
/// assert_eq!(NAMES, ["Hashes", "Numbers"]);
/// ```
#[macro_export]
macro_rules! tables {
    (
        $(#[$list_doc:meta])* $list_vis:vis const $list:ident;
        $($(#[$doc:meta])* $vis:vis table $name:ident: $key:ty => $value:ty;)*
    ) => {
        $(#[$list_doc])*
        $list_vis const $list: &[&str] = &[$(stringify!($name)),*];

        const _: () = {
            #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
            enum Places { $($name),* }
            $(
                impl $crate::Table for $name {
                    const NAME: &'static str = stringify!($name);
                    const INDEX: usize = Places::$name as usize;
                    type Key = $key;
                    type Value = $value;
                }
            )*
        };

        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            $vis enum $name {}
        )*
    };
}

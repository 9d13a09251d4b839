//! (being built)

mod doctor_fields;

pub use doctor_fields::{
    FieldCount, FieldsOptions, FieldsReport, FolderFields, RawValue, RefusedDocument, role_by_name,
};

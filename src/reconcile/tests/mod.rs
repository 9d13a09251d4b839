//! Tests of the room as a whole: the table row by row, the laws over all small cases, random histories, documents.

mod choices;
mod config;
mod documents;
mod git;
mod histories;
mod laws;
mod table;
mod tiny;

//! The real disk, through system calls that follow no link and leave no base.

/// The file system of this machine.
#[derive(Debug)]
pub struct Disk {}

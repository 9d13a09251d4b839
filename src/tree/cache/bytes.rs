//! The stat cache as bytes: a head, the text, rows of fixed size, and a checksum over all of it.

use uuid::Uuid;

use super::{CacheHead, Known, StatCache};
use crate::model::{CloneId, Cursor, Digest, EntityId, Epoch, EventId, Role, ShortDigest, Stamp};
use crate::tree::ledger::{FileRow, FolderRow, Ledger, RemarkRow, Rows, Text, small};
use crate::tree::{FileKind, Reason, Stat, Time};

/// Names the format; another one is foreign.
const MAGIC: &[u8; 8] = b"instep\x00\x02";

const KINDS: [FileKind; 6] =
    [FileKind::File, FileKind::Folder, FileKind::Symlink, FileKind::Fifo, FileKind::Socket, FileKind::Device];

/// What bytes a row needs, for room that is taken in one piece.
const ROW: usize = 160;

const SETTLED: u8 = 1;
const KNOWN: u8 = 2;
const STAMPED: u8 = 4;

pub(super) fn encode(head: &CacheHead, ledger: &Ledger) -> Vec<u8> {
    let rows = ledger.folders.len() + ledger.files.len() + ledger.remarks.len();
    let mut out = Writer(Vec::with_capacity(rows * ROW + ledger.text.len() + 1024));
    out.bytes(MAGIC);
    out.head(head);
    let counts = [ledger.text.len(), ledger.folders.len(), ledger.files.len(), ledger.remarks.len()];
    counts.into_iter().for_each(|count| out.number(small(count)));
    out.bytes(ledger.text.as_bytes());
    ledger.folders.iter().for_each(|row| out.folder(row));
    ledger.files.iter().for_each(|row| out.file(row));
    ledger.remarks.iter().for_each(|row| out.remark(row));
    let sum = checksum(&out.0);
    out.bytes(&sum.to_le_bytes());
    out.0
}

pub(super) fn decode(bytes: &[u8]) -> Option<StatCache> {
    let (body, sum) = bytes.split_last_chunk::<8>()?;
    if checksum(body) != u64::from_le_bytes(*sum) {
        return None;
    }
    let mut from = Reader(body.strip_prefix(MAGIC)?);
    let head = from.head()?;
    let [text, folders, files, remarks] =
        [from.number()?, from.number()?, from.number()?, from.number()?].map(|n| n as usize);
    let mut ledger = Ledger { text: str::from_utf8(from.bytes(text)?).ok()?.to_owned(), ..Ledger::default() };
    ledger.folders.reserve(folders.min(body.len()));
    ledger.files.reserve(files.min(body.len()));
    let mut next = Rows3::default();
    for _ in 0..folders {
        let row = from.folder(&mut next)?;
        ledger.folders.push(row);
    }
    next.expect_all([folders, files, remarks])?;
    for (number, folder) in (0u32..).zip(&ledger.folders) {
        for _ in folder.files.range() {
            ledger.files.push(from.file(number)?);
        }
    }
    for _ in 0..remarks {
        ledger.remarks.push(from.remark()?);
    }
    (from.0.is_empty() && has_whole_texts(&ledger)).then_some(StatCache { head: Some(head), ledger })
}

/// How far the rows of folders, documents and remarks are dealt out; each folder takes the next ones.
struct Rows3([u32; 3]);

impl Default for Rows3 {
    fn default() -> Self {
        // The first folder is in no folder.
        Self([1, 0, 0])
    }
}

impl Rows3 {
    fn take(&mut self, which: usize, count: u32) -> Option<Rows> {
        let start = self.0[which];
        self.0[which] = start.checked_add(count)?;
        Some(Rows { start, end: self.0[which] })
    }

    fn expect_all(&self, counts: [usize; 3]) -> Option<()> {
        let is_empty = counts == [0, 0, 0];
        (is_empty || self.0.map(|n| n as usize) == counts).then_some(())
    }
}

fn has_whole_texts(ledger: &Ledger) -> bool {
    let is_whole = |text: Text| {
        let end = (text.at as usize).saturating_add(text.len as usize);
        ledger.text.is_char_boundary(text.at as usize) && ledger.text.is_char_boundary(end)
    };
    ledger.folders.iter().all(|row| is_whole(row.path))
        && ledger.files.iter().all(|row| is_whole(row.name))
        && ledger.remarks.iter().all(|row| is_whole(row.first))
}

struct Writer(Vec<u8>);

impl Writer {
    fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn number(&mut self, number: u32) {
        self.bytes(&number.to_le_bytes());
    }

    fn long(&mut self, number: u64) {
        self.bytes(&number.to_le_bytes());
    }

    fn text(&mut self, text: Text) {
        self.number(text.at);
        self.number(text.len);
    }

    fn head(&mut self, head: &CacheHead) {
        self.bytes(head.clone.uuid().as_bytes());
        self.bytes(&[u8::from(head.cursor.is_some())]);
        if let Some(cursor) = head.cursor {
            self.bytes(cursor.epoch.uuid().as_bytes());
            self.bytes(&cursor.seq.to_le_bytes());
        }
        self.bytes(head.event.map(|event| event.uuid()).unwrap_or_default().as_bytes());
        self.number(small(head.pending.len()));
        head.pending.iter().for_each(|id| self.bytes(id.uuid().as_bytes()));
    }

    fn stat(&mut self, stat: &Stat) {
        let kind = KINDS.iter().position(|kind| *kind == stat.kind).expect("all kinds are listed");
        self.bytes(&[kind as u8]);
        self.number(stat.mode);
        self.long(stat.size);
        self.bytes(&stat.mtime.0.to_le_bytes());
        self.bytes(&stat.ctime.0.to_le_bytes());
        self.long(stat.inode);
        self.long(stat.device);
        self.long(stat.links);
        self.number(stat.uid);
        self.number(stat.gid);
    }

    fn folder(&mut self, row: &FolderRow) {
        self.text(row.path);
        self.stat(&row.stat);
        self.bytes(&[u8::from(row.is_settled)]);
        [row.folders, row.files, row.remarks].into_iter().for_each(|rows| self.number(rows.end - rows.start));
    }

    fn file(&mut self, row: &FileRow) {
        self.text(row.name);
        let role = Role::ALL.iter().position(|role| *role == row.role).expect("all roles are listed");
        let stamp = row.known.and_then(|known| known.stamp);
        let flag = |is_set: bool, bit: u8| if is_set { bit } else { 0 };
        let flags = flag(row.is_settled, SETTLED) | flag(row.known.is_some(), KNOWN) | flag(stamp.is_some(), STAMPED);
        self.bytes(&[role as u8, flags]);
        self.stat(&row.stat);
        if let Some(known) = row.known {
            self.bytes(known.raw.as_bytes());
            self.bytes(known.canonical.as_bytes());
            self.bytes(&[known.flags]);
        }
        if let Some(stamp) = stamp {
            self.bytes(stamp.id.uuid().as_bytes());
            self.bytes(stamp.hash.as_bytes());
        }
    }

    fn remark(&mut self, row: &RemarkRow) {
        let reason = Reason::ALL.iter().position(|reason| *reason == row.reason).expect("all reasons are listed");
        self.bytes(&[reason as u8]);
        self.number(row.count);
        self.text(row.first);
    }
}

/// Reads from the front; `None` at the end of the bytes or at a value that cannot be.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.array().map(|[byte]| byte)
    }

    fn number(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    fn long(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    fn time(&mut self) -> Option<Time> {
        self.array().map(i64::from_le_bytes).map(Time)
    }

    fn uuid(&mut self) -> Option<Uuid> {
        self.array().map(Uuid::from_bytes)
    }

    fn text(&mut self) -> Option<Text> {
        Some(Text { at: self.number()?, len: self.number()? })
    }

    fn head(&mut self) -> Option<CacheHead> {
        let clone = CloneId::new(self.uuid()?);
        let cursor = match self.byte()? {
            0 => None,
            _ => Some(Cursor { epoch: Epoch::new(self.uuid()?), seq: i64::from_le_bytes(self.array()?) }),
        };
        let event = Some(self.uuid()?).filter(|event| !event.is_nil()).map(EventId::new);
        let count = self.number()?;
        let pending = (0..count).map(|_| self.uuid().map(EntityId::new)).collect::<Option<_>>()?;
        Some(CacheHead { clone, cursor, event, pending })
    }

    fn stat(&mut self) -> Option<Stat> {
        Some(Stat {
            kind: *KINDS.get(self.byte()? as usize)?,
            mode: self.number()?,
            size: self.long()?,
            mtime: self.time()?,
            ctime: self.time()?,
            inode: self.long()?,
            device: self.long()?,
            links: self.long()?,
            uid: self.number()?,
            gid: self.number()?,
        })
    }

    fn folder(&mut self, next: &mut Rows3) -> Option<FolderRow> {
        Some(FolderRow {
            path: self.text()?,
            stat: self.stat()?,
            is_settled: self.byte()? != 0,
            folders: next.take(0, self.number()?)?,
            files: next.take(1, self.number()?)?,
            remarks: next.take(2, self.number()?)?,
        })
    }

    fn file(&mut self, folder: u32) -> Option<FileRow> {
        let name = self.text()?;
        let role = *Role::ALL.get(self.byte()? as usize)?;
        let flags = self.byte()?;
        let stat = self.stat()?;
        let known = if flags & KNOWN == 0 { None } else { Some(self.known(flags & STAMPED != 0)?) };
        Some(FileRow { folder, name, role, stat, is_settled: flags & SETTLED != 0, known })
    }

    fn known(&mut self, is_stamped: bool) -> Option<Known> {
        let (raw, canonical) = (Digest::from_bytes(self.array()?), Digest::from_bytes(self.array()?));
        let flags = self.byte()?;
        let stamp = match is_stamped {
            false => None,
            true => {
                let id = EntityId::new(self.uuid()?);
                Some(Stamp { id, hash: ShortDigest::from_bytes(self.array()?) })
            }
        };
        Some(Known { raw, canonical, stamp, flags })
    }

    fn remark(&mut self) -> Option<RemarkRow> {
        let reason = *Reason::ALL.get(self.byte()? as usize)?;
        Some(RemarkRow { reason, count: self.number()?, first: self.text()? })
    }
}

/// Finds torn and rotten bytes; it is no protection against somebody who means harm, who could as well edit the files.
fn checksum(bytes: &[u8]) -> u64 {
    const PRIME: u64 = 0x9e37_79b1_85eb_ca87;
    let mix = |lane: u64, word: u64| (lane ^ word).wrapping_mul(PRIME).rotate_left(31);
    let mut lanes = [1, 2, 3, 4];
    let (blocks, rest) = bytes.as_chunks::<32>();
    for block in blocks {
        for (lane, word) in lanes.iter_mut().zip(block.as_chunks::<8>().0) {
            *lane = mix(*lane, u64::from_le_bytes(*word));
        }
    }
    let tail = rest.iter().fold(bytes.len() as u64, |sum, byte| mix(sum, u64::from(*byte)));
    lanes.into_iter().fold(tail, mix)
}

//! What an administrator does with the data themselves: backup, checks, erasing, keys; disks that fill up; old data.

mod backup;
mod disk;
mod erase;
mod key;
mod released;
mod retention;

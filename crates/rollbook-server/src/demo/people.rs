//! Names for a toy company; made up, and the same in every run.

/// Given names.
pub(super) const GIVEN: [&str; 25] = [
    "Ann", "Bea", "Chen", "Dov", "Ela", "Finn", "Gül", "Hana", "Ivo", "Jun", "Kai", "Lea", "Mia", "Noor",
    "Ole", "Pia", "Quinn", "Rui", "Siv", "Tom", "Uma", "Vik", "Wen", "Yara", "Zoë",
];

/// Family names.
pub(super) const FAMILY: [&str; 20] = [
    "Abel", "Berg", "Costa", "Díaz", "Ek", "Frei", "García", "Holm", "Ito", "Jansen", "Kovač", "Lind",
    "Meyer", "Nowak", "O'Neil", "Péter", "Rossi", "Sato", "Tran", "Weiß",
];

/// Departments: each is a group too.
pub(super) const DEPARTMENTS: [&str; 6] = ["Sales", "Research", "Finance", "Support", "Legal", "Logistics"];

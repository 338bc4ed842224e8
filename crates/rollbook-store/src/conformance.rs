//! The public suite that every store passes, for implementers of stores.
//!
//! Each behaviour of the contract is one function over an empty store; [`store_conformance!`](crate::store_conformance)
//! makes one test of each. A store of your own runs the suite from one of its integration tests:
//!
//! ```no_run
//! // Answers an empty store, and a guard that is kept until the test is over, such as a temporary directory.
//! rollbook_store::store_conformance!(async || (rollbook_store::MemoryStore::new(), ()));
//! # fn main() {}
//! ```
//!
//! The calling crate needs `tokio` with the features `macros` and `rt-multi-thread`. The suite puts directories and
//! targets before it writes resources and links that belong to them, so that a store may insist on that.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a behaviour that does not hold fails by panicking, as tests do"
)]

pub mod delivery;
pub mod edges;
mod fixture;
pub mod ledger;
pub mod log;
pub mod members;
pub mod queries;
pub mod resources;
pub mod settings;
pub mod uniqueness;

/// Makes one `#[tokio::test]` of each behaviour in [`conformance`](crate::conformance).
///
/// Takes an expression, evaluated for each test, that answers an async function without arguments, which answers a
/// pair: an empty store, and a guard that is dropped after the store.
#[macro_export]
macro_rules! store_conformance {
    ($factory:expr) => {
        $crate::store_conformance! { @modules $factory;
            resources:
                create_then_get
                bodies_are_kept_to_the_byte
                get_of_an_unknown_id_is_none
                create_of_a_live_id_is_refused
                replace_changes_body_and_version
                replace_by_the_same_writes_nothing
                writes_to_an_unknown_id_are_refused
                delete_takes_the_resource_away
                a_deleted_id_can_be_restored
                a_met_precondition_writes
                a_failed_precondition_writes_nothing;
            uniqueness:
                a_taken_key_refuses_create
                keys_clash_without_regard_to_case
                a_taken_key_refuses_replace
                a_resource_may_keep_its_own_key
                delete_frees_the_key
                replace_frees_the_old_key
                keys_are_unique_per_directory
                keys_are_unique_per_type_and_attribute
                keys_that_are_not_unique_may_repeat
                a_batch_can_hand_a_key_over
                a_renamed_group_frees_its_name
                of_concurrent_creates_one_wins;
            log:
                every_change_is_logged
                versions_are_sequence_numbers
                a_batch_answers_each_write
                a_batch_sees_its_own_writes
                a_refused_batch_leaves_nothing
                a_refused_setting_undoes_resources_and_ledger
                the_log_has_no_gaps
                concurrent_commits_leave_no_gaps
                each_directory_has_its_own_log
                changes_come_in_pages
                an_empty_directory_has_no_log
                an_empty_batch_writes_nothing
                resources_need_a_directory
                a_commit_wakes_those_who_watch;
            members:
                members_are_shown_as_they_are
                members_can_be_added
                members_can_be_removed
                members_can_be_replaced
                edits_without_effect_write_nothing
                edits_happen_in_order
                an_unresolved_member_filter_is_refused
                replace_changes_body_and_members_at_once
                replace_of_members_alone_is_a_membership_change
                display_follows_a_rename
                groups_of_a_resource_are_the_direct_ones
                members_come_in_stable_pages
                members_among_finds_those_who_are_members
                a_large_group_takes_edits;
            edges:
                edges_leave_tombstones
                edge_changes_come_in_order
                edges_belong_to_one_group_and_directory
                members_that_name_nothing_are_kept
                members_that_name_nothing_are_limited
                the_limit_looks_at_the_end_of_the_batch
                a_lowered_limit_binds_only_new_members
                a_member_resolves_when_its_resource_comes
                a_member_resolves_by_id_only
                delete_leaves_no_dangling_member
                a_restored_resource_is_in_no_group
                delete_of_a_group_leaves_its_members;
            queries:
                a_query_is_for_one_type
                the_default_order_is_creation
                pages_are_disjoint_and_complete
                a_count_of_zero_is_the_total
                a_page_beyond_the_end_is_empty
                an_id_is_looked_up
                a_key_is_looked_up
                a_shared_key_is_paged
                a_member_is_looked_up
                other_filters_read_the_resources
                filters_see_meta
                filters_see_members_and_groups
                a_sort_comes_before_the_page;
            ledger:
                marking_due_makes_a_link
                marking_due_again_keeps_the_oldest_change
                an_intent_does_not_touch_what_is_due
                settling_the_same_mark_clears_it
                settling_an_older_mark_keeps_it_due
                settling_a_failure_keeps_it
                a_link_can_be_put_whole
                due_links_come_oldest_first
                a_new_target_is_never_due
                several_links_are_read_at_once
                a_cursor_never_goes_back
                links_outlive_their_resource;
            delivery:
                waiting_is_replaced_as_a_whole
                an_arrival_wakes_those_who_wait
                every_link_counts_once
                trouble_comes_oldest_first
                attempts_come_newest_first;
            settings:
                a_directory_is_found_by_slug_and_id
                an_id_wins_over_a_slug
                directories_are_listed_by_name
                a_slug_is_unique
                a_token_is_found_by_its_hash
                tokens_are_listed_newest_first
                the_use_of_a_token_is_noted
                a_target_is_kept_whole
                targets_are_listed_by_name
                a_target_name_is_unique_per_directory
                health_is_kept_apart
                marks_are_kept;
        }
    };
    (@modules $factory:expr; $($module:ident: $($behaviour:ident)+;)+) => {
        $($crate::store_conformance! { @module $factory; $module: $($behaviour)+ })+
    };
    (@module $factory:expr; $module:ident: $($behaviour:ident)+) => {
        mod $module {
            #[allow(
                unused_imports,
                clippy::wildcard_imports,
                reason = "the factory may use anything of the calling module, or nothing"
            )]
            use super::*;

            $(
                #[::tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $behaviour() {
                    let (store, _guard) = ($factory)().await;
                    $crate::conformance::$module::$behaviour(::std::sync::Arc::new(store)).await;
                }
            )+
        }
    };
}

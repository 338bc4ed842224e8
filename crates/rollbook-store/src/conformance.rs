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
//! A store that only implements [`Resources`](crate::Resources), such as one of an application that only serves SCIM,
//! writes `store_conformance!(resources: …)` and runs the part that does not need the other two traits.
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

pub mod access;
pub mod batch;
pub mod delivery;
pub mod directories;
pub mod edges;
pub mod erase;
mod fixture;
pub mod groups;
pub mod keys;
pub mod leases;
pub mod ledger;
pub mod log;
pub mod members;
pub mod paging;
pub mod positions;
pub mod purge;
pub mod queries;
pub mod requests;
pub mod resources;
pub mod settings;
pub mod uniqueness;

/// Makes one `#[tokio::test]` of each behaviour in [`conformance`](crate::conformance).
///
/// Takes an expression, evaluated for each test, that answers an async function without arguments, which answers a
/// pair: an empty store, and a guard that is dropped after the store. With `resources:` in front, the store need only
/// implement [`Resources`](crate::Resources), and runs the behaviours of that.
#[macro_export]
macro_rules! store_conformance {
    (resources: $factory:expr) => {
        $crate::store_conformance! { @resources $factory }
    };
    (@resources $factory:expr) => {
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
                letters_clash_as_they_fold
                letters_that_fold_differently_do_not_clash
                exact_keys_differ_by_case
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
                the_log_has_no_gaps
                concurrent_commits_leave_no_gaps
                each_directory_has_its_own_log
                changes_come_in_pages
                an_empty_directory_has_no_log
                an_empty_batch_writes_nothing
                resources_need_a_directory
                a_commit_wakes_those_who_watch
                a_lost_update_is_refused
                each_of_many_updates_counts
                concurrent_member_edits_are_all_kept
                directories_are_written_side_by_side;
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
            groups:
                groups_of_several_are_those_of_each
                groups_of_a_page_are_those_of_each
                a_resource_comes_with_its_groups
                what_is_read_along_follows_changes
                groups_are_named_as_they_are_now
                a_refused_batch_is_not_read
                groups_are_of_one_directory;
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
            paging:
                any_start_finds_its_place
                deletions_move_those_behind_them
                a_clock_that_went_back_keeps_pages_whole
                totals_follow_every_write
                a_restored_resource_counts_once
                totals_are_of_one_type_and_directory
                totals_are_right_under_concurrent_writes;
            positions:
                a_listing_is_walked_forward
                a_listing_is_walked_backward
                a_filtered_answer_is_walked_forward
                a_filtered_answer_is_walked_backward
                a_sorted_answer_is_walked_forward
                a_sorted_answer_is_walked_backward
                turning_back_shows_the_same_page
                the_size_of_a_page_may_change
                a_position_outlives_its_resource
                a_position_outlives_a_change
                newcomers_are_shown_if_they_lie_ahead
                what_stays_is_shown_once
                an_emptied_end_leads_back
                an_emptied_beginning_leads_on
                one_instant_is_walked_by_id
                a_clock_that_went_back_is_walked
                long_texts_are_sorted_and_walked
                positions_are_short
                what_is_no_position_is_refused
                a_position_of_another_order_is_refused
                a_position_stays_in_its_directory
                totals_and_index_pages_have_no_positions;
        }
    };
    (@others $factory:expr) => {
        $crate::store_conformance! { @modules $factory;
            keys:
                ids_are_found_by_key
                key_values_are_compared_to_the_byte
                only_live_resources_are_found_by_key
                keys_are_found_in_their_directory
                many_keys_are_looked_up_at_once;
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
            leases:
                a_lease_is_one_nodes
                of_nodes_that_ask_at_once_one_gets_it
                a_renewal_keeps_the_fence
                a_lease_that_ran_out_changes_hands
                a_lease_can_be_given_back
                a_commit_of_an_older_tenure_is_refused_whole
                commits_come_before_the_change_of_hands
                writes_of_clients_go_on;
            delivery:
                waiting_is_replaced_as_a_whole
                an_arrival_wakes_those_who_wait
                every_link_counts_once
                trouble_comes_oldest_first
                attempts_come_newest_first
                attempts_are_pruned_by_number_and_age;
            batch:
                a_refused_setting_undoes_resources_and_ledger
                a_refused_resource_undoes_ledger_and_settings
                a_refused_setting_restores_what_was_there
                a_batch_writes_all_three_kinds;
            settings:
                a_directory_is_found_by_slug_and_id
                an_id_wins_over_a_slug
                directories_are_listed_by_name
                a_slug_is_unique
                a_token_is_found_by_its_hash
                tokens_are_listed_newest_first
                the_use_of_a_token_is_noted
                a_generation_ends_with_a_change
                a_target_is_kept_whole
                targets_are_listed_by_name
                a_target_name_is_unique_per_directory
                health_is_kept_apart
                marks_are_kept;
            directories:
                settings_are_kept_whole
                each_setting_is_kept_by_itself
                client_kinds_are_kept
                a_changed_directory_keeps_its_resources
                the_start_of_a_deletion_is_kept;
            access:
                a_token_is_kept_whole
                a_used_token_keeps_the_rest
                a_rotated_token_lives_beside_the_new_one
                a_token_can_be_removed
                expired_tokens_of_clients_are_dropped
                a_client_is_kept_with_two_secrets
                clients_are_listed_newest_first
                a_client_takes_its_tokens_along
                a_refused_batch_leaves_tokens_and_clients;
            requests:
                a_request_is_kept_whole
                requests_come_newest_first
                requests_are_in_the_order_of_being_noted
                each_directory_has_its_own_requests
                requests_are_pruned_by_number
                requests_are_pruned_by_age
                pruning_leaves_the_logs_of_others
                a_refused_batch_notes_no_request;
            purge:
                a_live_directory_is_not_purged
                a_purge_takes_everything
                a_purge_goes_in_bounded_steps
                a_purge_without_a_limit_gets_on
                a_purge_finds_what_came_late
                a_leaving_directory_takes_no_resources
                late_writes_leave_nothing
                a_purge_leaves_other_directories
                a_refused_batch_purges_nothing
                the_slug_is_free_afterwards
                a_new_directory_of_the_id_begins_anew;
            erase:
                who_was_deleted_is_erased
                who_lives_is_not_erased;
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
    ($factory:expr) => {
        $crate::store_conformance! { @resources $factory }
        $crate::store_conformance! { @others $factory }
    };
}

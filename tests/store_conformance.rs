//! One list of stories that every back end passes, and what only one of them can tell.
//!
//! The next back end implements [`store::backend::Backend`] and joins at the end of this file.

#[path = "support/cluster.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod cluster;
#[path = "store/mod.rs"]
mod store;

/// Names every story; `$run` makes a test of each for `$backend`.
macro_rules! stories {
    ($run:ident, $backend:path) => {
        $run! { $backend;
            commits {
                a_new_row_reads_back_as_it_was_written
                every_field_of_every_kind_survives
                a_field_that_rows_do_not_have_stays_in_the_documents
                a_change_counts_only_against_the_version_it_saw
                a_row_that_is_there_cannot_be_made_and_one_that_is_not_cannot_be_changed
                cc04_sql_between_read_and_commit_makes_the_commit_stale
                cc11_codes_are_unique_without_case_in_their_sprint
                cc20_rows_exchange_their_codes_in_one_step
                a_tombstone_keeps_its_texts_and_comes_back
                a_moved_sprint_takes_the_paths_of_its_tasks_along
                a_text_that_is_nowhere_cannot_be_named
                a_lost_answer_can_be_looked_up
                one_collision_is_recorded_once_until_it_is_decided
                a_superseded_value_is_recorded_closed
                a_conflict_names_who_set_the_value_in_the_row
                what_was_left_on_disk_is_kept_per_clone
                an_empty_change_set_makes_no_event
                patches_are_laid_out_without_a_new_revision
                a_late_layout_does_not_bring_old_texts_back
                revisions_tell_who_and_how
            }
            outside {
                an_update_of_any_column_is_a_patch_and_the_events_that_we_would_make
                one_update_of_many_columns_is_one_revision
                the_status_says_what_began
                an_update_that_changes_nothing_is_nothing
                cc09_what_only_the_database_may_say_is_overridden
                cc06_a_deleted_row_is_a_tombstone
                cc07_a_tombstone_comes_back_only_on_purpose
                a_deletion_of_many_rows_deletes_each_of_them
                an_inserted_row_is_completed
                cc09_an_inserted_row_cannot_bring_its_own_history
                cc10_a_row_without_a_code_hurts_nobody
                cc11_no_sql_can_take_a_code_that_is_taken
                a_move_by_sql_shows_in_the_row_and_is_told
                values_that_fit_no_type_are_refused
                hx24_a_row_cannot_be_made_huge
                projections_of_documents_are_read_only
                a_list_that_sql_makes_is_a_list
                a_write_of_the_configuration_is_told_with_what_it_was
                a_configuration_is_an_object_that_yaml_can_nest
                hx29_history_refuses_to_be_rewritten
                sql_that_fails_half_way_leaves_nothing
                a_program_may_leave_its_name
                hx13_sql_in_texts_is_text
            }
            reading {
                lists_are_filtered
                lists_are_sorted_with_what_is_empty_last
                lists_have_pages
                lists_leave_out_what_nobody_asks_for
                what_texts_tell_is_read_by_its_name
                rows_are_found_by_code_and_by_alias
                texts_and_stamps_name_their_newest_revision
                many_questions_are_answered_in_order
                texts_come_back_byte_for_byte
                the_feed_is_dense_and_read_from_any_place
                events_fold_to_rows
                the_database_describes_itself
            }
            looking {
                one_look_sees_what_many_questions_tell
                one_question_about_the_past_is_answered_as_many
            }
            together {
                of_many_who_saw_the_same_version_one_wins
                writers_of_different_rows_do_not_disturb_each_other
                outside_sql_and_commits_share_one_sequence
            }
        }
    };
}

macro_rules! tests_of {
    ($backend:path; $($file:ident { $($story:ident)+ })+) => {
        $($(
            #[tokio::test]
            async fn $story() {
                let backend = <$backend>::fresh().await;
                crate::store::$file::$story(&backend).await;
            }
        )+)+
    };
}

mod sqlite {
    stories!(tests_of, crate::store::sqlite::Sqlite);
}

macro_rules! tests_where_a_server_is {
    ($backend:path; $($file:ident { $($story:ident)+ })+) => {
        $($(
            #[tokio::test]
            async fn $story() {
                // Its absence was said loudly, and is a failure where nothing may be left out.
                let Some(backend) = <$backend>::fresh().await else { return };
                crate::store::$file::$story(&backend).await;
            }
        )+)+
    };
}

mod postgres {
    stories!(tests_where_a_server_is, crate::store::postgres::Postgres);
}

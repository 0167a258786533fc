using System.Collections.Frozen;

namespace PSBpf.Uapi;

/// <summary>
/// Which version of Linux brought which kernel function, from the timelines of docs.ebpf.io. Kernel functions have no numbers; those that the verifier
/// does not judge yet are here too.
/// </summary>
internal static class KfuncReleases
{
    // Names without bpf_.
    private static readonly (Version Version, string Names)[] Rows =
    [
        (new(5, 18), "xdp_ct_lookup skb_ct_lookup ct_release"),
        (new(6, 0), "xdp_ct_alloc skb_ct_alloc ct_insert_entry ct_set_timeout ct_change_timeout ct_set_status ct_change_status"),
        (new(6, 1), "lookup_user_key lookup_system_key key_put verify_pkcs7_signature ct_set_nat_info"),
        (new(6, 2), """
            obj_new_impl obj_drop_impl list_pop_front list_pop_back task_acquire task_release task_from_pid cgroup_acquire cgroup_release cgroup_ancestor
            cast_to_kern_ctx rdonly_cast rcu_read_lock rcu_read_unlock skb_get_xfrm_info skb_set_xfrm_info
            """),
        (new(6, 3), """
            cpumask_create cpumask_release cpumask_acquire cpumask_first cpumask_first_zero cpumask_set_cpu cpumask_clear_cpu cpumask_test_cpu
            cpumask_test_and_set_cpu cpumask_test_and_clear_cpu cpumask_setall cpumask_clear cpumask_and cpumask_or cpumask_xor cpumask_equal cpumask_intersects
            cpumask_subset cpumask_empty cpumask_full cpumask_copy rbtree_remove rbtree_first xdp_metadata_rx_timestamp xdp_metadata_rx_hash
            """),
        (new(6, 4), """
            refcount_acquire_impl list_push_front_impl list_push_back_impl rbtree_add_impl cgroup_from_id dynptr_slice dynptr_slice_rdwr iter_num_new iter_num_next
            iter_num_destroy dynptr_from_skb dynptr_from_xdp skb_set_fou_encap skb_get_fou_encap
            """),
        (new(6, 5), """
            cpumask_first_and cpumask_any_distribute cpumask_any_and_distribute task_under_cgroup dynptr_adjust dynptr_is_null dynptr_is_rdonly dynptr_size
            dynptr_clone sock_destroy
            """),
        (new(6, 6), "map_sum_elem_count"),
        (new(6, 7), """
            percpu_obj_new_impl percpu_obj_drop_impl throw iter_task_vma_new iter_task_vma_next iter_task_vma_destroy iter_css_task_new iter_css_task_next
            iter_css_task_destroy iter_css_new iter_css_next iter_css_destroy iter_task_new iter_task_next iter_task_destroy sock_addr_set_sun_path
            """),
        (new(6, 8), """
            get_file_xattr cpumask_weight task_get_cgroup1 get_fsverity_digest xdp_metadata_rx_vlan_tag xdp_get_xfrm_state xdp_xfrm_state_release
            """),
        (new(6, 9), "arena_alloc_pages arena_free_pages"),
        (new(6, 10), """
            wq_init wq_set_callback_impl wq_start preempt_disable preempt_enable crypto_ctx_create crypto_ctx_release crypto_ctx_acquire crypto_decrypt
            crypto_encrypt session_is_return session_cookie
            """),
        (new(6, 11), "iter_bits_new iter_bits_next iter_bits_destroy"),
        (new(6, 12), "copy_from_user_str get_dentry_xattr get_task_exe_file put_file path_d_path"),
        (new(6, 13), "get_kmem_cache iter_kmem_cache_new iter_kmem_cache_next iter_kmem_cache_destroy"),
        (new(6, 14), "task_from_vpid local_irq_save local_irq_restore set_dentry_xattr remove_dentry_xattr"),
        (new(6, 15), "res_spin_lock res_spin_unlock res_spin_lock_irqsave res_spin_unlock_irqrestore copy_from_user_task_str dynptr_copy"),
        (new(6, 16), """
            probe_read_user_dynptr probe_read_kernel_dynptr probe_read_user_str_dynptr probe_read_kernel_str_dynptr copy_from_user_dynptr copy_from_user_str_dynptr
            copy_from_user_task_dynptr copy_from_user_task_str_dynptr list_front list_back rbtree_root rbtree_left rbtree_right iter_dmabuf_new iter_dmabuf_next
            iter_dmabuf_destroy
            """),
        (new(6, 17), """
            arena_reserve_pages stream_vprintk stream_vprintk_impl dynptr_memset cgroup_read_xattr strcmp strnchr strchr strchrnul strrchr strlen strnlen strspn strcspn strnstr strstr
            """),
        (new(6, 18), "strcasecmp task_work_schedule_signal_impl task_work_schedule_resume_impl"),
    ];

    private static readonly FrozenDictionary<string, Version> ByName = Rows
        .SelectMany(row => row.Names.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).Select(name => (Name: "bpf_" + name, row.Version)))
        .ToFrozenDictionary(each => each.Name, each => each.Version);

    /// <summary>The version that brought a function; null when it is not known.</summary>
    public static Version? Find(string name) => ByName.GetValueOrDefault(name);
}
